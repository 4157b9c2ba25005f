package org.vito.learner.network;

import java.util.List;
import org.vito.protocol.Settings;

/** Reads the network's part of {@code vito.learner.model}. */
final class NetworkSettings {
    private static final int MOST = 1 << 20;

    /** What the key {@code block} may be. */
    private enum Blocks {
        AUTO,
        BASIC,
        BOTTLENECK,
        SWIN
    }

    private NetworkSettings() {}

    static NetworkSpec read(Settings model) {
        String architecture = model.text("architecture");
        model.check("architecture", !architecture.isBlank(), "a name");
        BackboneSpec backbone = Architectures.find(architecture)
                .map(known -> agreed(model, architecture, known))
                .orElseGet(() -> own(model));
        backbone = Architectures.with(
                backbone, model.flag("zero-gamma"), model.number("drop-path", 0, Math.nextDown(1.0)));
        Settings projector = model.in("projector");
        return new NetworkSpec(
                architecture,
                backbone,
                pooling(model.in("pooling"), backbone.groups()),
                new NetworkSpec.Projector(projector.whole("hidden", 1, MOST), projector.whole("output", 1, MOST)),
                0);
    }

    /** A known backbone, after a check that the keys which describe one of one's own do not say otherwise. */
    private static BackboneSpec agreed(Settings model, String name, BackboneSpec known) {
        Blocks block = model.choice("block", Blocks.class);
        List<Integer> depths = model.wholes("depths");
        int width = model.whole("width", 0, MOST);
        List<Integer> heads = model.wholes("heads");
        int window = model.whole("window", 0, MOST);
        String rest = ", which " + name + " has: another network needs another name";
        model.check("depths", depths.isEmpty() || depths.equals(known.depths()), "none or those" + rest);
        if (known instanceof BackboneSpec.Swin swin) {
            model.check("block", block == Blocks.AUTO || block == Blocks.SWIN, "auto or the blocks" + rest);
            model.check("width", width == 0 || width == swin.width(), "0 or the width" + rest);
            model.check("heads", heads.isEmpty() || heads.equals(swin.heads()), "none or those" + rest);
            model.check("window", window == 0 || window == swin.window(), "0 or the window" + rest);
        } else if (known instanceof BackboneSpec.Residual residual) {
            model.check(
                    "block",
                    block == Blocks.AUTO || block.name().equals(residual.block().name()),
                    "auto or the blocks" + rest);
            model.check("width", width == 0 || width == residual.width(), "0 or the width" + rest);
            noAttention(model);
        }
        return known;
    }

    /** A backbone that only the keys describe. */
    private static BackboneSpec own(Settings model) {
        Blocks block = model.choice("block", Blocks.class);
        model.check(
                "block", block != Blocks.AUTO, "basic, bottleneck or swin, since the architecture's name is not known");
        List<Integer> depths = model.wholes("depths");
        model.check(
                "depths",
                !depths.isEmpty() && depths.size() <= 8 && depths.stream().allMatch(d -> d >= 1 && d <= 1000),
                "1 to 8 whole numbers from 1 to 1000");
        int width = model.whole("width", 1, 4096);
        if (block != Blocks.SWIN) {
            noAttention(model);
            return new BackboneSpec.Residual(BackboneSpec.Block.valueOf(block.name()), depths, width, false);
        }
        List<Integer> heads = model.wholes("heads");
        boolean fit = heads.size() == depths.size();
        for (int group = 0; fit && group < heads.size(); group++) {
            fit = heads.get(group) >= 1 && (width << group) % heads.get(group) == 0;
        }
        model.check("heads", fit, "for each group a divisor of its channels (width, doubled in every group)");
        return new BackboneSpec.Swin(depths, width, heads, model.whole("window", 1, 128), 0);
    }

    private static void noAttention(Settings model) {
        model.check("heads", model.wholes("heads").isEmpty(), "none, since residual blocks have no attention");
        model.check("window", model.whole("window", 0, MOST) == 0, "0, since residual blocks have no windows");
    }

    private static NetworkSpec.Pooling pooling(Settings pooling, int last) {
        List<Integer> groups = pooling.wholes("groups");
        pooling.check(
                "groups",
                groups.contains(last)
                        && groups.stream().allMatch(g -> g >= 1 && g <= last)
                        && groups.stream().distinct().count() == groups.size(),
                "different whole numbers from 1 to %d, and that among them".formatted(last));
        return new NetworkSpec.Pooling(
                pooling.choice("kind", NetworkSpec.PoolingKind.class),
                groups,
                pooling.whole("attention-hidden", 0, MOST),
                pooling.choice("attention-activation", Activation.class));
    }
}
