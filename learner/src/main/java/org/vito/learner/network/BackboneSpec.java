package org.vito.learner.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Objects;

/** What a backbone looks like: the part of a network that makes feature maps of images, group after group of its blocks. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BackboneSpec.Residual.class, name = "residual"),
    @JsonSubTypes.Type(value = BackboneSpec.Swin.class, name = "swin")
})
public sealed interface BackboneSpec {
    /** Blocks of each group, e.g. 3, 4, 6, 3. */
    List<Integer> depths();

    /** Channels of the output of a group, counted from 1. */
    int channels(int group);

    /** Number of groups. */
    default int groups() {
        return depths().size();
    }

    /** Channels of the last group: the length of a feature. */
    default int featureLength() {
        return channels(groups());
    }

    /** Kind of residual block. */
    enum Block {
        /** Two convolutions of 3 × 3. */
        BASIC(1),
        /** 1 × 1, 3 × 3 (which bears the stride: "v1.5") and 1 × 1 to four times the channels. */
        BOTTLENECK(4);

        private final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }

        /** Channels that leave a block, per channel of its width. */
        public int expansion() {
            return expansion;
        }
    }

    /**
     * A residual network (He et al. 2015).
     *
     * @param block kind of residual block
     * @param depths blocks of each group
     * @param width channels of the stem and, before a bottleneck's expansion, of the first group; doubled in every group
     * @param zeroGamma whether the last batch normalisation of every block begins with scale 0
     */
    record Residual(
            @JsonProperty(required = true) Block block,
            @JsonProperty(required = true) List<Integer> depths,
            @JsonProperty(required = true) int width,
            @JsonProperty(required = true) boolean zeroGamma)
            implements BackboneSpec {
        public Residual {
            Objects.requireNonNull(block, "block");
            depths = List.copyOf(depths);
            requireDepths(depths);
            require(width >= 1 && width <= 1 << 12, "a width from 1 to 4096");
        }

        @Override
        public int channels(int group) {
            return (width << (group - 1)) * block.expansion();
        }
    }

    /**
     * A Swin Transformer (Liu et al. 2021) of patches of 4 × 4 pixels and a hidden layer of 4 times the channels.
     *
     * @param depths blocks of each group; every second one shifts its windows
     * @param width channels of the first group; doubled in every group
     * @param heads attention heads of a block in each group; they share its channels equally
     * @param window side of an attention window in positions
     * @param dropPath probability with which training skips the last block's branches; less for earlier blocks, down to 0 for
     *     the first
     */
    record Swin(
            @JsonProperty(required = true) List<Integer> depths,
            @JsonProperty(required = true) int width,
            @JsonProperty(required = true) List<Integer> heads,
            @JsonProperty(required = true) int window,
            @JsonProperty(required = true) double dropPath)
            implements BackboneSpec {
        public Swin {
            depths = List.copyOf(depths);
            heads = List.copyOf(heads);
            requireDepths(depths);
            require(width >= 1 && width <= 1 << 12, "a width from 1 to 4096");
            require(heads.size() == depths.size(), "as many numbers of heads as groups");
            for (int group = 0; group < heads.size(); group++) {
                int n = heads.get(group);
                require(n >= 1 && (width << group) % n == 0, "heads that share the channels of their group equally");
            }
            require(window >= 1 && window <= 1 << 7, "a window from 1 to 128");
            require(dropPath >= 0 && dropPath < 1, "a drop-path probability from 0 to below 1");
        }

        @Override
        public int channels(int group) {
            return width << (group - 1);
        }
    }

    private static void requireDepths(List<Integer> depths) {
        require(!depths.isEmpty() && depths.size() <= 8, "1 to 8 block groups");
        require(depths.stream().allMatch(depth -> depth >= 1 && depth <= 1000), "1 to 1000 blocks in a group");
    }

    private static void require(boolean ok, String expected) {
        if (!ok) {
            throw new IllegalArgumentException("a backbone needs " + expected);
        }
    }
}
