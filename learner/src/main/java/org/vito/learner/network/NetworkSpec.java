package org.vito.learner.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Settings;

/**
 * What a network looks like: a backbone and what follows it. One that was trained here has a pooling and a projector, one
 * that was trained to classify may have neither.
 *
 * @param architecture name of the backbone, for people and for scores
 * @param backbone what makes feature maps of images
 * @param pooling how feature maps become one vector
 * @param projector what makes that vector the projection that the objective compares
 * @param classes outputs of a linear classifier on the backbone's average-pooled features; 0 = there is none
 */
public record NetworkSpec(
        @JsonProperty(required = true) String architecture,
        @JsonProperty(required = true) BackboneSpec backbone,
        @JsonProperty(required = true) @Nullable Pooling pooling,
        @JsonProperty(required = true) @Nullable Projector projector,
        @JsonProperty(required = true) int classes) {

    /** How a group's features become one vector. */
    public enum PoolingKind {
        /** Weighted by a learned attention over positions. */
        ATTENTION,
        /** The mean over positions. */
        AVERAGE
    }

    /**
     * How feature maps become one vector.
     *
     * @param kind how each of them does
     * @param groups the groups whose outputs are pooled and concatenated, counted from 1
     * @param hidden hidden units of the attention's network; 0 = as many as the group has channels
     * @param activation of the hidden units
     */
    public record Pooling(
            @JsonProperty(required = true) PoolingKind kind,
            @JsonProperty(required = true) List<Integer> groups,
            @JsonProperty(required = true) int hidden,
            @JsonProperty(required = true) Activation activation) {
        public Pooling {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(activation, "activation");
            groups = List.copyOf(groups);
            require(
                    !groups.isEmpty()
                            && groups.stream().distinct().count() == groups.size()
                            && groups.stream().allMatch(group -> group >= 1),
                    "pooled groups from 1, each once");
            require(hidden >= 0, "0 or more hidden units in the attention");
        }
    }

    /**
     * A network of two layers.
     *
     * @param hidden units of the first layer
     * @param output length of a projection
     */
    public record Projector(@JsonProperty(required = true) int hidden, @JsonProperty(required = true) int output) {
        public Projector {
            require(hidden >= 1 && output >= 1, "1 or more hidden units and outputs in the projector");
        }
    }

    public NetworkSpec {
        Objects.requireNonNull(backbone, "backbone");
        require(!architecture.isBlank(), "a name of the architecture");
        require((pooling == null) == (projector == null), "both a pooling and a projector, or neither");
        require(classes >= 0, "0 or more classes");
        if (pooling != null) {
            // The gradient has to reach every part of the network.
            require(
                    pooling.groups().stream().mapToInt(Integer::intValue).max().orElse(0) == backbone.groups(),
                    "the last group among the pooled ones, and none after it");
        }
    }

    /**
     * The network that is described by {@code vito.learner.model}.
     *
     * @throws org.vito.protocol.VitoException BAD_SETTING if it is none
     */
    public static NetworkSpec from(Settings model) {
        return NetworkSettings.read(model);
    }

    /** What the names of its classifier's weights begin with, as timm has them, where it has a classifier. */
    public Optional<String> classifier() {
        return classes == 0 ? Optional.empty() : Optional.of(Backbone.classifier(backbone, Network.BACKBONE));
    }

    /** Channels of the output of a group, counted from 1. */
    public int channels(int group) {
        return backbone.channels(group);
    }

    private static void require(boolean ok, String expected) {
        if (!ok) {
            throw new IllegalArgumentException("a network needs " + expected);
        }
    }
}
