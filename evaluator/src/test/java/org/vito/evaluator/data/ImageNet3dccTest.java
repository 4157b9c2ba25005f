package org.vito.evaluator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class ImageNet3dccTest {
    @TempDir
    Path directory;

    private Path root;

    @BeforeEach
    void write() {
        root = directory.resolve("3dcc");
        MadeImageNet.corrupted(root);
    }

    private ImageNet3dcc open(int most) {
        return (ImageNet3dcc) DataSets.open("c", root, DataSets.Kind.IMAGENET_3DCC, new Limits(0, most, 0, 0.2));
    }

    @Test
    void readsTheSetAsItIsPublished() throws IOException {
        Files.createDirectories(root.resolve("h265_crf/1"));
        ImageNet3dcc set = open(4);
        assertThat(set.classes()).isEqualTo(MadeImageNet.classes().subList(0, 10));
        assertThat(set.images()).isEqualTo(10);
        ImagePart part = set.part("fog_3d", 2);
        assertThat(part.size()).isEqualTo(4);
        assertThat(part.label(3)).isEqualTo(3);
        assertThat(open(0).part("fog_3d", 2).size()).isEqualTo(10);
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        ImageNet3dcc set = open(0);
        Path folder = root.resolve("flash/4").resolve(MadeImageNet.classes().get(9));
        Files.delete(folder.resolve("ILSVRC2012_val_00000009.JPEG"));
        refused("flash/4", "has no images");
        Files.delete(folder);
        refused("flash/4 has 9 images of 9 classes, far_focus/1 has 10 of 10; expected the same images everywhere");
        assertThatThrownBy(() -> set.part("flash", 4))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("flash/4 changed while it was used");
        Files.move(root.resolve("z_motion_blur"), root.resolve("zoom"));
        Files.createDirectories(folder);
        Files.createLink(
                folder.resolve("ILSVRC2012_val_00000009.JPEG"),
                root.resolve("flash/1").resolve(MadeImageNet.classes().get(9)).resolve("ILSVRC2012_val_00000009.JPEG"));
        refused("there is no folder", "z_motion_blur/1", "far_focus, near_focus, fog_3d", "folders 1 to 5");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> open(0))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }
}
