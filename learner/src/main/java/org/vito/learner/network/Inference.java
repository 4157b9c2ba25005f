package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Tells from the names and shapes of weights what backbone they are of.
 *
 * @param file where they are
 * @param originals their names there, by those of this project
 */
record Inference(SafetensorsFile file, Map<String, String> originals) {

    BackboneSpec backbone() {
        try {
            if (has("conv1.weight") && has("layer1.0.conv1.weight")) {
                return residual();
            }
            if (has("patch_embed.proj.weight") && has("layers.0.blocks.0.norm1.weight")) {
                return swin();
            }
        } catch (IllegalArgumentException e) {
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION, file.path() + " has weights of no known network: " + e.getMessage(), e);
        }
        throw new VitoException(
                Reason.OTHER_CONFIGURATION,
                file.path() + " has weights of no known network: expected conv1.weight and layer1.0.conv1.weight of a"
                        + " ResNet, or patch_embed.proj.weight and layers.0.blocks.0.norm1.weight of a Swin Transformer");
    }

    private BackboneSpec residual() {
        return new BackboneSpec.Residual(
                has("layer1.0.conv3.weight") ? BackboneSpec.Block.BOTTLENECK : BackboneSpec.Block.BASIC,
                depths("layer%d.%d.conv1.weight", 1),
                dimension("conv1.weight", 0, 4),
                false);
    }

    private BackboneSpec swin() {
        List<Integer> depths = depths("layers.%d.blocks.%d.norm1.weight", 0);
        List<Integer> heads = new ArrayList<>();
        for (int group = 0; group < depths.size(); group++) {
            heads.add(dimension(table(group), 1, 2));
        }
        int side = (int) Math.rint(Math.sqrt(dimension(table(0), 0, 2)));
        return new BackboneSpec.Swin(depths, dimension("patch_embed.proj.weight", 0, 4), heads, (side + 1) / 2, 0);
    }

    private static String table(int group) {
        return "layers." + group + ".blocks.0.attn.relative_position_bias_table";
    }

    /** Blocks of each group, by a weight that each of them has. */
    private List<Integer> depths(String name, int first) {
        List<Integer> depths = new ArrayList<>();
        for (int group = first; has(name.formatted(group, 0)); group++) {
            int blocks = 1;
            while (has(name.formatted(group, blocks))) {
                blocks++;
            }
            depths.add(blocks);
        }
        return depths;
    }

    private boolean has(String name) {
        return originals.containsKey(Network.BACKBONE + name);
    }

    private int dimension(String name, int index, int dimensions) {
        String original = originals.get(Network.BACKBONE + name);
        if (original == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        List<Long> shape = file.shape(original);
        if (shape.size() != dimensions) {
            throw new IllegalArgumentException(
                    "%s has shape %s, expected %d dimensions".formatted(original, shape, dimensions));
        }
        return (int) Math.min(Integer.MAX_VALUE, shape.get(index));
    }
}
