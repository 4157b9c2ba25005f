package org.vito.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vito.evaluator.data.DataSets;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class SettingsTest {
    @Test
    void defaultsAreUsable() {
        EvaluatorSettings settings = EvaluatorSettings.from(ConfigFactory.load());
        assertThat(settings.dataSets()).isEmpty();
        assertThat(settings.tasks())
                .containsExactly(
                        "knn",
                        "linear",
                        "propagation",
                        "imagenet-a",
                        "imagenet-vid-robust",
                        "imagenet-3dcc",
                        "error-consistency",
                        "alignment");
        assertThat(settings.limits().experiments())
                .containsExactly("edge", "cue-conflict", "low-pass", "uniform-noise");
        assertThat(settings.linear().learningRates()).as("the paper's").containsExactly(0.4, 0.3, 0.2, 0.1, 0.05);
        assertThat(settings.linear().epochs()).isEqualTo(80);
        assertThat(settings.linear().batch()).isEqualTo(1024);
        assertThat(settings.linear().standardise()).isFalse();
        assertThat(settings.cache().directory()).isEmpty();
        assertThat(settings.cache().limit()).isEqualTo(4L << 30);
        assertThat(settings.pictures()).isEqualTo(new EvaluatorSettings.Pictures(Optional.empty(), 4));
        assertThat(DashboardSettings.from(ConfigFactory.load()).pictures()).isEqualTo(settings.pictures());
        assertThat(DashboardSettings.from(ConfigFactory.load()).host()).isEqualTo("127.0.0.1");
    }

    @Test
    void readsDataSets() {
        EvaluatorSettings settings = EvaluatorSettings.from(
                with("data-sets = [{ name = mnist, path = \"/d/m\", kind = idx }, { name = x, path = y }]"));
        assertThat(settings.dataSets())
                .extracting(EvaluatorSettings.DataSet::kind)
                .containsExactly(DataSets.Kind.IDX, DataSets.Kind.AUTO);
        assertThat(settings.tasksOf(settings.dataSets().get(0))).containsExactly("knn", "linear");
        EvaluatorSettings videos = EvaluatorSettings.from(with("data-sets = [{ name = v, path = x, kind = davis }]"));
        assertThat(videos.tasksOf(videos.dataSets().get(0))).containsExactly("propagation");
        EvaluatorSettings robust = EvaluatorSettings.from(
                with(
                        "data-sets = [{ name = a, path = x, kind = imagenet-a, classifier = imagenet },"
                                + " { name = imagenet, path = y }, { name = b, path = x, kind = imagenet-a, classifier = network }]"));
        assertThat(robust.tasksOf(robust.dataSets().get(0))).containsExactly("imagenet-a");
        assertThat(robust.tasksOf(EvaluatorSettings.from(with(
                                "data-sets = [{ name = c, path = x, kind = imagenet-3dcc, classifier = network }]"))
                        .dataSet("c")))
                .containsExactly("imagenet-3dcc");
        assertThat(robust.dataSet("b").classifier()).isEqualTo("network");
        EvaluatorSettings people = EvaluatorSettings.from(
                with(
                        "data-sets = [{ name = a, path = x, kind = model-vs-human, classifier = network },"
                                + " { name = b, path = x, kind = clickme }, { name = c, path = x, kind = clickme, classifier = network }]"));
        assertThat(people.dataSets().stream().map(people::tasksOf))
                .containsExactly(List.of("error-consistency"), List.of("alignment"), List.of("alignment"));
    }

    @Test
    void namesABadValue() {
        refused("tasks = [knn, dance]", "vito.evaluator.tasks", "knn, linear");
        refused("data-sets = [{ name = \"a/b\", path = x }]", "a/b", "letters", "data-sets.1");
        refused("data-sets = [{ name = a, path = x }, { name = a, path = y }]", "each name once");
        refused("data-sets = [{ path = x }]", "name");
        refused("data-sets = 3", "list of groups");
        refused("tasks = [knn], data-sets = [{ name = v, path = x, kind = davis }]", "v", "propagation");
        refused(
                "data-sets = [{ name = a, path = x, kind = imagenet-a }]",
                "classifier",
                "network, or the name",
                "data-sets.1");
        refused(
                "data-sets = [{ name = a, path = x, classifier = network }]",
                "classifier",
                "none for a data set of this kind");
        refused("data-sets = [{ name = network, path = x }]", "no data set called network");
        refused(
                "data-sets = [{ name = a, path = x, kind = imagenet-a, classifier = c }, { name = c, path = y, kind = davis }]",
                "as classifier of a network or the name of a data set of labelled images, not c");
        refused("data-sets = [{ name = a, path = x, kind = model-vs-human }]", "classifier", "network, or the name");
        refused("experiments = [edge, dance]", "vito.evaluator.experiments", "cue-conflict, edge");
        refused("pictures.keep = -1", "vito.evaluator.pictures.keep");
        refused("cache.limit = -1", "vito.evaluator.cache.limit");
        refused("linear.standardise = perhaps", "true or false");
        refused("linear.learning-rates = [0.1, -1]", "learning-rates", "above 0");
        refused("linear.learning-rates = fast", "learning-rates");
        refused("retry-at-start = [MOON]", "reason codes");
        refused("lease = 1s", "at least 5s");
        refused("evaluators = 0", "from 1 to 64");
    }

    private static void refused(String text, String... parts) {
        assertThatThrownBy(() -> EvaluatorSettings.from(with(text)))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING))
                .hasMessageContainingAll(parts);
    }

    private static Config with(String text) {
        return ConfigFactory.parseString("vito.evaluator { " + text + " }").withFallback(ConfigFactory.load());
    }
}
