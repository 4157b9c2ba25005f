package org.vito.evaluator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class ImageNetATest {
    @TempDir
    Path directory;

    private ImageNetA open(int most) {
        return (ImageNetA)
                DataSets.open("a", directory.resolve("set"), DataSets.Kind.IMAGENET_A, new Limits(0, most, 0, 0.2));
    }

    @Test
    void readsTheSetAsItIsPublished() {
        MadeImageNet.imageNetA(directory.resolve("set"));
        ImageNetA set = open(0);
        assertThat(set.classes()).isEqualTo(MadeImageNet.classes());
        assertThat(set.images().size()).isEqualTo(7500);
        assertThat(set.images().label(7499)).isEqualTo(199);
        ImageNetA part = open(400);
        assertThat(part.images().size()).isEqualTo(400);
        assertThat(part.images().label(1)).isZero();
        assertThat(part.images().label(2)).isEqualTo(1);
        assertThat(part.images().identity()).isNotEqualTo(set.images().identity());
        assertThat(set.images().identity()).isEqualTo(open(0).images().identity());
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        refused("is not a directory", "imagenet-a.tar");
        MadeImageNet.imageNetA(directory.resolve("set"));
        Path first = directory.resolve("set").resolve(MadeImageNet.classes().get(0));
        Files.delete(first.resolve("0.000037_fox _ fox_0.9.jpg"));
        refused("has 7499 images in 200 folders; expected ImageNet-A whole: 7500 images in 200 folders");
        Files.createDirectories(directory.resolve("set/dog"));
        Files.createLink(directory.resolve("set/dog/0.jpg"), first.resolve("0.000001_fox _ fox_0.9.jpg"));
        refused("has 7500 images in 201 folders, one called dog;", "n01498041", "imagenet-a.tar");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> open(0))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }

    @Test
    void theClassesAreThoseOfPublishedNetworks() {
        // Indices that published lists name: 6 stingray, 7 cock, 11 goldfinch, 207 golden retriever, 999 toilet tissue.
        assertThat(ImageNetClasses.names()).hasSize(1000).isSorted().doesNotHaveDuplicates();
        assertThat(ImageNetClasses.names().get(6)).isEqualTo("n01498041");
        assertThat(ImageNetClasses.names().get(7)).isEqualTo("n01514668");
        assertThat(ImageNetClasses.names().get(11)).isEqualTo("n01531178");
        assertThat(ImageNetClasses.names().get(207)).isEqualTo("n02099601");
        assertThat(ImageNetClasses.names().get(999)).isEqualTo("n15075141");
    }
}
