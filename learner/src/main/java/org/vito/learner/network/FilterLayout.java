package org.vito.learner.network;

import java.util.List;

/** The two orders of a filter's dimensions: output, input, height, width in files; height, width, input, output in graphs. */
final class FilterLayout {
    private FilterLayout() {}

    static List<Long> graphShape(List<Long> oihw) {
        return List.of(oihw.get(2), oihw.get(3), oihw.get(1), oihw.get(0));
    }

    /** Where in a graph's filter the element is that is the {@code index}-th in a file. */
    static int graphIndex(int index, List<Long> oihw) {
        int outputs = Math.toIntExact(oihw.get(0));
        int inputs = Math.toIntExact(oihw.get(1));
        int area = Math.toIntExact(oihw.get(2) * oihw.get(3));
        int place = index % area;
        int filter = index / area;
        return (place * inputs + filter % inputs) * outputs + filter / inputs;
    }

    static float[] toGraph(float[] file, List<Long> oihw) {
        int outputs = Math.toIntExact(oihw.get(0));
        int inputs = Math.toIntExact(oihw.get(1));
        int area = file.length / outputs / inputs;
        float[] graph = new float[file.length];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                for (int a = 0; a < area; a++) {
                    graph[(a * inputs + i) * outputs + o] = file[(o * inputs + i) * area + a];
                }
            }
        }
        return graph;
    }

    static float[] toFile(float[] graph, List<Long> oihw) {
        int outputs = Math.toIntExact(oihw.get(0));
        int inputs = Math.toIntExact(oihw.get(1));
        int area = graph.length / outputs / inputs;
        float[] file = new float[graph.length];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                for (int a = 0; a < area; a++) {
                    file[(o * inputs + i) * area + a] = graph[(a * inputs + i) * outputs + o];
                }
            }
        }
        return file;
    }
}
