package org.vito.learner.network;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a network looks like: a residual network, how its features are pooled, and the projector.
 *
 * @param architecture name of the whole, for people and for scores
 * @param block kind of residual block
 * @param depths blocks of each of the block groups, e.g. 3, 4, 6, 3
 * @param width channels of the stem and, before a bottleneck's expansion, of the first group; doubled in every group
 * @param zeroGamma whether the last batch normalisation of every block begins with scale 0
 * @param pooledGroups groups whose outputs are pooled and concatenated, counted from 1
 * @param pooling how
 * @param attentionHidden hidden units of the attention's network; 0 = as many as the group has channels
 * @param projectorHidden hidden units of the projector
 * @param projectorOutput length of a projection
 */
public record NetworkSpec(
        @JsonProperty(required = true) String architecture,
        @JsonProperty(required = true) Block block,
        @JsonProperty(required = true) List<Integer> depths,
        @JsonProperty(required = true) int width,
        @JsonProperty(required = true) boolean zeroGamma,
        @JsonProperty(required = true) List<Integer> pooledGroups,
        @JsonProperty(required = true) Pooling pooling,
        @JsonProperty(required = true) int attentionHidden,
        @JsonProperty(required = true) int projectorHidden,
        @JsonProperty(required = true) int projectorOutput) {

    /** Kind of residual block. */
    public enum Block {
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

    /** How a group's features become one vector. */
    public enum Pooling {
        /** Weighted by a learned attention over positions. */
        ATTENTION,
        /** The mean over positions. */
        AVERAGE
    }

    public NetworkSpec {
        depths = List.copyOf(depths);
        pooledGroups = List.copyOf(pooledGroups);
        require(!architecture.isBlank(), "a name of the architecture");
        require(!depths.isEmpty() && depths.size() <= 8, "1 to 8 block groups");
        require(depths.stream().allMatch(depth -> depth >= 1 && depth <= 1000), "1 to 1000 blocks in a group");
        require(width >= 1 && width <= 1 << 12, "a width from 1 to 4096");
        int groups = depths.size();
        require(
                !pooledGroups.isEmpty()
                        && pooledGroups.stream().distinct().count() == pooledGroups.size()
                        && pooledGroups.stream().allMatch(group -> group >= 1 && group <= groups),
                "pooled groups from 1 to the number of groups, each once");
        require(attentionHidden >= 0, "0 or more hidden units in the attention");
        require(projectorHidden >= 1 && projectorOutput >= 1, "1 or more hidden units and outputs in the projector");
    }

    /** Channels of the output of a group, counted from 1. */
    public int channels(int group) {
        return (width << (group - 1)) * block.expansion();
    }

    /** Channels of the last group: the length of a feature. */
    @JsonIgnore
    public int featureLength() {
        return channels(depths.size());
    }

    private static void require(boolean ok, String expected) {
        if (!ok) {
            throw new IllegalArgumentException("a network needs " + expected);
        }
    }
}
