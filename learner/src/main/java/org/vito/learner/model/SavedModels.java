package org.vito.learner.model;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Writes networks as TensorFlow SavedModels with one signature, {@code serving_default}.
 *
 * <p>The weights are constants of the graph: TensorFlow's Java saver knows no resource variables, and a network that nobody
 * trains further needs none. So the directory's only content is {@code saved_model.pb}.
 */
public final class SavedModels {
    private static final String READ = "ReadVariableOp";

    private SavedModels() {}

    /**
     * Writes a SavedModel.
     *
     * @param directory that is made; may be there already if it is empty
     * @param session of {@code graph}, its variables set
     * @param inputName name of {@code input} in the signature
     * @param outputs by their names in the signature
     * @throws VitoException STORAGE if the directory is not empty or cannot be written
     */
    public static void write(
            Path directory,
            Graph graph,
            Session session,
            String inputName,
            Operand<?> input,
            Map<String, ? extends Operand<?>> outputs) {
        refuseContent(directory);
        GraphDef frozen = freeze(
                graph, session, outputs.values().stream().map(Operand::asOutput).toList());
        try (Graph copy = new Graph()) {
            copy.importGraphDef(frozen);
            Signature.Builder signature = Signature.builder(Signature.DEFAULT_KEY)
                    .methodName("tensorflow/serving/predict")
                    .input(inputName, copy.outputOrThrow(name(input.asOutput())));
            outputs.forEach((name, output) -> signature.output(name, copy.outputOrThrow(name(output.asOutput()))));
            try (Session reading = new Session(copy)) {
                SavedModelBundle.exporter(directory.toString())
                        .withTags(SavedModelBundle.DEFAULT_TAG)
                        .withSession(reading)
                        .withSignature(signature.build())
                        .export();
            }
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + directory + ": " + e, e);
        }
    }

    private static void refuseContent(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> content = Files.list(directory)) {
            if (content.findAny().isPresent()) {
                throw new VitoException(Reason.STORAGE, directory + " is not empty; expected a new directory");
            }
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write to " + directory + ": " + e, e);
        }
    }

    /** What {@code outputs} depend on, with every reading of a variable replaced by its value. */
    static GraphDef freeze(Graph graph, Session session, List<? extends Output<?>> outputs) {
        GraphDef whole = graph.toGraphDef();
        Map<String, NodeDef> nodes = new HashMap<>();
        whole.getNodeList().forEach(node -> nodes.put(node.getName(), node));
        Map<String, NodeDef> needed = needed(nodes, outputs);
        List<String> variables = needed.values().stream()
                .filter(node -> node.getOp().equals(READ))
                .map(NodeDef::getName)
                .toList();
        Map<String, NodeDef> constants = constants(session, variables);
        GraphDef.Builder frozen = GraphDef.newBuilder().setVersions(whole.getVersions());
        for (NodeDef node : whole.getNodeList()) {
            if (needed.containsKey(node.getName())) {
                frozen.addNode(constants.getOrDefault(node.getName(), node));
            }
        }
        return frozen.build();
    }

    private static Map<String, NodeDef> needed(Map<String, NodeDef> nodes, List<? extends Output<?>> outputs) {
        Map<String, NodeDef> needed = new LinkedHashMap<>();
        Deque<String> open = new ArrayDeque<>();
        outputs.forEach(output -> open.add(output.op().name()));
        while (!open.isEmpty()) {
            String name = open.remove();
            NodeDef node = nodes.get(name);
            if (node == null) {
                throw new IllegalStateException("the graph has no operation " + name);
            }
            if (needed.put(name, node) == null && !node.getOp().equals(READ)) {
                node.getInputList().forEach(input -> open.add(input.replaceAll("^\\^|:[0-9]+$", "")));
            }
        }
        return needed;
    }

    private static Map<String, NodeDef> constants(Session session, List<String> variables) {
        Map<String, NodeDef> constants = new HashMap<>();
        if (variables.isEmpty()) {
            return constants;
        }
        Session.Runner run = session.runner();
        variables.forEach(run::fetch);
        try (Result values = run.run()) {
            for (int i = 0; i < variables.size(); i++) {
                constants.put(variables.get(i), constant(variables.get(i), (TFloat32) values.get(i)));
            }
        }
        return constants;
    }

    private static NodeDef constant(String name, TFloat32 value) {
        float[] elements = new float[Math.toIntExact(value.size())];
        value.copyTo(DataBuffers.of(elements, false, false));
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(elements.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(elements);
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long size : value.shape().asArray()) {
            shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
        }
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(shape)
                .setTensorContent(ByteString.copyFrom(bytes))
                .build();
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("Const")
                .putAttr(
                        "dtype",
                        AttrValue.newBuilder().setType(DataType.DT_FLOAT).build())
                .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
                .build();
    }

    private static String name(Output<?> output) {
        return output.op().name() + ":" + output.index();
    }
}
