package org.vito.evaluator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class ImageNetVidRobustTest {
    @TempDir
    Path directory;

    private Path root;

    @BeforeEach
    void write() {
        root = directory.resolve("vid");
        MadeImageNet.vidRobust(root);
    }

    private ImageNetVidRobust open(int most) {
        return (ImageNetVidRobust)
                DataSets.open("v", root, DataSets.Kind.IMAGENET_VID_ROBUST, new Limits(0, most, 0, 0.2));
    }

    @Test
    void readsTheSetAsItIsPublished() {
        ImageNetVidRobust set = open(0);
        List<String> classes = MadeImageNet.classes();
        assertThat(set.classes()).containsExactly(List.of(classes.get(0), classes.get(1)), List.of(classes.get(2)));
        assertThat(set.frames().size()).isEqualTo(12);
        assertThat(set.anchors()).hasSize(4);
        ImageNetVidRobust.Anchor second = set.anchors().get(1);
        assertThat(second.neighbours()).hasSize(2).doesNotContain(second.frame());
        assertThat(set.labels().get(second.frame())).isEqualTo(Set.of(1));
        assertThat(set.frames().label(second.frame())).isEqualTo(1);

        ImageNetVidRobust part = open(2);
        assertThat(part.anchors()).hasSize(2);
        assertThat(part.frames().size()).isEqualTo(6);
        assertThat(part.labels().get(part.anchors().get(1).frame()))
                .as("of video 2")
                .isEqualTo(Set.of(0));
        assertThat(open(99).anchors()).hasSize(4);
    }

    @Test
    void saysWhatIsMissingOrWrong() throws IOException {
        Files.delete(root.resolve("val/ILSVRC2015_val_00000002/000002.JPEG"));
        refused(
                "there is no frame",
                "000002.JPEG, which metadata/pmsets.json names",
                "imagenet_vid_ytbb_robust.tar.gz");
        MadeImageNet.text(root.resolve("metadata/labels.json"), "{}");
        refused("labels.json has [] for val/ILSVRC2015_val_00000000/", "numbers from 0 to 1");
        MadeImageNet.text(root.resolve("metadata/labels.json"), "{ half");
        refused("labels.json cannot be read");
        MadeImageNet.text(root.resolve("misc/rev_wnid_map.json"), "{}");
        MadeImageNet.text(root.resolve("metadata/labels.json"), "{}");
        refused("misc/rev_wnid_map.json names no class of ImageNet for class 0, n1");
        Files.delete(root.resolve("misc/rev_wnid_map.json"));
        refused("there is no", "misc/rev_wnid_map.json", "expected metadata/pmsets.json");
        MadeImageNet.text(root.resolve("metadata/pmsets.json"), "{'../../etc/passwd': []}".replace('\'', '"'));
        MadeImageNet.text(root.resolve("misc/rev_wnid_map.json"), "{'n1': ['a'], 'n2': ['b']}".replace('\'', '"'));
        refused("there is no frame", "passwd, which metadata/pmsets.json names");
        Files.delete(root.resolve("metadata/pmsets.json"));
        refused("there is no", "metadata/pmsets.json; expected");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> open(0))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }
}
