package org.vito.evaluator.tensorboard;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.TrainingStep;

/** What curves are called. */
final class Tags {
    /** What the tags of scores begin with. */
    static final String SCORE = "score/";

    private static final Pattern UNUSUAL = Pattern.compile("[^A-Za-z0-9._-]");

    private Tags() {}

    /** A run's directory: its name, all but letters, digits, '.', '_' and '-' replaced. */
    static String directory(String run) {
        String name = UNUSUAL.matcher(run).replaceAll("_");
        return name.replace(".", "").isEmpty() ? "_" + name : name;
    }

    static Map<String, Double> of(TrainingStep step) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", step.getLoss());
        values.put("train/learning-rate", step.getLearningRate());
        values.put("train/ema-decay", step.getEmaDecay());
        values.put("train/epoch", (double) step.getEpoch());
        values.put("rate/step-ms", step.getStepMs());
        values.put("rate/views-per-second", step.getViewsPerSecond());
        values.put("rate/stalled-share", step.getStalledShare());
        return values;
    }

    static Map<String, Double> of(EvaluationScore score) {
        Map<String, Double> values = new LinkedHashMap<>();
        score.getMetricsList()
                .forEach(metric -> values.put(
                        score.getDataSet() + "/" + score.getTask() + "/" + metric.getName(), metric.getValue()));
        return values;
    }
}
