package org.vito.learner.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.TensorSource;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A file of weights as timm or torchvision publish them, and what network they are of. Its tensors are here under the names
 * that they have in files of this project: timm's after {@value Network#BACKBONE}.
 *
 * <p>Left out are PyTorch's counters and what can be computed anew ({@code num_batches_tracked}, {@code
 * relative_position_index}, {@code attn_mask}). Names may begin with {@code module.} or {@code backbone.}; attention and
 * projector of a network of ours are left out then. Of Swin, torchvision's names are understood, and those of the authors' own
 * files, where the merging of patches counts to the group before it.
 */
public final class PublishedWeights implements TensorSource {
    private static final List<String> PREFIXES = List.of("module.", Network.BACKBONE);
    private static final Pattern IGNORED =
            Pattern.compile(".*\\.(num_batches_tracked|relative_position_index|attn_mask)|(attention|projector)\\..*");
    private static final Pattern TORCHVISION = Pattern.compile("features\\.(\\d+)\\.(.*)");
    private static final Pattern MERGING = Pattern.compile("layers\\.(\\d+)\\.downsample\\.(.*)");

    private final SafetensorsFile file;
    private final Map<String, String> originals;
    private final NetworkSpec network;

    private PublishedWeights(SafetensorsFile file, Map<String, String> originals, NetworkSpec network) {
        this.file = file;
        this.originals = originals;
        this.network = network;
    }

    /**
     * The weights in a file, of a network that their names and shapes tell.
     *
     * @throws VitoException OTHER_CONFIGURATION if they are of no network that can be built here
     */
    public static PublishedWeights of(SafetensorsFile file) {
        Map<String, String> originals = originals(file);
        BackboneSpec backbone = new Inference(file, originals).backbone();
        String architecture = Architectures.nameOf(backbone).orElse("imported");
        return of(file, originals, architecture, backbone);
    }

    /**
     * The weights in a file that should be of the network called {@code architecture}; whether they are is for {@link
     * Variables#check} to say.
     *
     * @throws VitoException BAD_SETTING if there is no such name
     */
    public static PublishedWeights of(SafetensorsFile file, String architecture) {
        BackboneSpec backbone = Architectures.find(architecture)
                .orElseThrow(() -> new VitoException(
                        Reason.BAD_SETTING,
                        "no architecture is called %s: expected one of %s"
                                .formatted(architecture, String.join(", ", Architectures.names()))));
        return of(file, originals(file), architecture, backbone);
    }

    private static PublishedWeights of(
            SafetensorsFile file, Map<String, String> originals, String architecture, BackboneSpec backbone) {
        String head = originals.get(Backbone.classifier(backbone, Network.BACKBONE) + ".weight");
        List<Long> shape = head == null ? List.of() : file.shape(head);
        int classes = shape.isEmpty() ? 0 : (int) Math.min(Integer.MAX_VALUE, shape.get(0));
        return new PublishedWeights(file, originals, new NetworkSpec(architecture, backbone, null, null, classes));
    }

    /** The network that the weights are of: a backbone, and a classifier where the file has one. */
    public NetworkSpec network() {
        return network;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(originals.keySet());
    }

    @Override
    public List<Long> shape(String name) {
        return file.shape(original(name));
    }

    @Override
    public float[] read(String name) {
        return file.read(original(name));
    }

    /** The name in the file; of a tensor that is not there the name that timm would give it. */
    @Override
    public String original(String name) {
        String own = name.startsWith(Network.BACKBONE) ? name.substring(Network.BACKBONE.length()) : name;
        return originals.getOrDefault(name, own);
    }

    /** The file's names by those of this project. */
    private static Map<String, String> originals(SafetensorsFile file) {
        boolean mergedBefore = file.names().stream().anyMatch(name -> name.contains("layers.0.downsample."));
        boolean swin = file.names().stream()
                .anyMatch(name -> name.contains("patch_embed.")
                        || TORCHVISION.matcher(plain(name)).matches());
        Map<String, String> originals = new LinkedHashMap<>();
        for (String original : file.names()) {
            String name = plain(original);
            if (IGNORED.matcher(name).matches()) {
                continue;
            }
            if (swin) {
                name = ofSwin(name, mergedBefore);
            }
            String other = originals.put(Network.BACKBONE + name, original);
            if (other != null) {
                throw new VitoException(
                        Reason.OTHER_CONFIGURATION,
                        "%s has %s twice: as %s and as %s".formatted(file.path(), name, other, original));
            }
        }
        return originals;
    }

    private static String plain(String original) {
        String name = original;
        for (String prefix : PREFIXES) {
            name = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        }
        return name;
    }

    private static String ofSwin(String name, boolean mergedBefore) {
        Matcher torchvision = TORCHVISION.matcher(name);
        if (torchvision.matches()) {
            return ofTorchvision(Integer.parseInt(torchvision.group(1)), torchvision.group(2));
        }
        Matcher merging = MERGING.matcher(name);
        if (mergedBefore && merging.matches()) {
            return "layers.%d.downsample.%s".formatted(Integer.parseInt(merging.group(1)) + 1, merging.group(2));
        }
        return name.equals("head.weight") || name.equals("head.bias") ? name.replace("head.", "head.fc.") : name;
    }

    /** torchvision numbers through: 0 the patches, then in turn the blocks of a group and the merging after it. */
    private static String ofTorchvision(int place, String rest) {
        if (place == 0) {
            return "patch_embed." + rest.replaceFirst("^0\\.", "proj.").replaceFirst("^2\\.", "norm.");
        }
        return place % 2 == 0
                ? "layers.%d.downsample.%s".formatted(place / 2, rest)
                : "layers.%d.blocks.%s"
                        .formatted(
                                place / 2, rest.replace(".mlp.0.", ".mlp.fc1.").replace(".mlp.3.", ".mlp.fc2."));
    }
}
