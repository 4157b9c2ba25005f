package org.vito.learner.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The published backbones that have names of their own. */
final class Architectures {
    private static final List<Integer> SHALLOW = List.of(2, 2, 2, 2);
    private static final List<Integer> MEDIUM = List.of(3, 4, 6, 3);
    private static final List<Integer> DEEP = List.of(3, 4, 23, 3);
    private static final int RESNET_WIDTH = 64;
    private static final Map<String, BackboneSpec> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("resnet18", new BackboneSpec.Residual(BackboneSpec.Block.BASIC, SHALLOW, RESNET_WIDTH, false));
        KNOWN.put("resnet34", new BackboneSpec.Residual(BackboneSpec.Block.BASIC, MEDIUM, RESNET_WIDTH, false));
        KNOWN.put("resnet50", new BackboneSpec.Residual(BackboneSpec.Block.BOTTLENECK, MEDIUM, RESNET_WIDTH, false));
        KNOWN.put("resnet101", new BackboneSpec.Residual(BackboneSpec.Block.BOTTLENECK, DEEP, RESNET_WIDTH, false));
        KNOWN.put("swin_t", new BackboneSpec.Swin(List.of(2, 2, 6, 2), 96, List.of(3, 6, 12, 24), 7, 0));
        KNOWN.put("swin_s", new BackboneSpec.Swin(List.of(2, 2, 18, 2), 96, List.of(3, 6, 12, 24), 7, 0));
        KNOWN.put("swin_b", new BackboneSpec.Swin(List.of(2, 2, 18, 2), 128, List.of(4, 8, 16, 32), 7, 0));
    }

    private Architectures() {}

    /** All names. */
    static Set<String> names() {
        return Collections.unmodifiableSet(KNOWN.keySet());
    }

    /** The backbone of a name, without zero-γ and drop path. */
    static Optional<BackboneSpec> find(String name) {
        return Optional.ofNullable(KNOWN.get(name));
    }

    /** The name of a backbone, whatever its zero-γ and drop path. */
    static Optional<String> nameOf(BackboneSpec backbone) {
        BackboneSpec plain = with(backbone, false, 0);
        return KNOWN.entrySet().stream()
                .filter(known -> known.getValue().equals(plain))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** A backbone with another way to begin training, and another way to train. */
    static BackboneSpec with(BackboneSpec backbone, boolean zeroGamma, double dropPath) {
        if (backbone instanceof BackboneSpec.Swin swin) {
            return new BackboneSpec.Swin(swin.depths(), swin.width(), swin.heads(), swin.window(), dropPath);
        }
        BackboneSpec.Residual residual = (BackboneSpec.Residual) backbone;
        return new BackboneSpec.Residual(residual.block(), residual.depths(), residual.width(), zeroGamma);
    }
}
