package org.vito.learner.model;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;

/** The devices TensorFlow computes on, as its C interface tells; the Java one keeps them to itself. */
public final class DeviceList {
    private DeviceList() {}

    /**
     * One device.
     *
     * @param type {@code CPU}, {@code GPU}, …
     * @param name e.g. {@code /job:localhost/replica:0/task:0/device:GPU:0}
     */
    public record Entry(String type, String name) {}

    /**
     * All devices of this process.
     *
     * @param threads as of {@link Sessions#open}; of weight if this is the first use of TensorFlow in the process
     */
    public static List<Entry> all(int threads) {
        TF_Status status = TF_NewStatus();
        TF_SessionOptions options = TF_NewSessionOptions();
        byte[] config = Sessions.config(threads).toByteArray();
        try (BytePointer bytes = new BytePointer(config)) {
            TF_SetConfig(options, bytes, config.length, status);
            status.throwExceptionIfNotOK();
            return all(options, status);
        } finally {
            TF_DeleteSessionOptions(options);
            TF_DeleteStatus(status);
        }
    }

    private static List<Entry> all(TF_SessionOptions options, TF_Status status) {
        TF_Graph graph = TF_NewGraph();
        try {
            TF_Session session = TF_NewSession(graph, options, status);
            status.throwExceptionIfNotOK();
            try {
                return all(session, status);
            } finally {
                TF_CloseSession(session, status);
                TF_DeleteSession(session, status);
            }
        } finally {
            TF_DeleteGraph(graph);
        }
    }

    private static List<Entry> all(TF_Session session, TF_Status status) {
        TF_DeviceList list = TF_SessionListDevices(session, status);
        status.throwExceptionIfNotOK();
        try {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < TF_DeviceListCount(list); i++) {
                String type = TF_DeviceListType(list, i, status).getString();
                status.throwExceptionIfNotOK();
                String name = TF_DeviceListName(list, i, status).getString();
                status.throwExceptionIfNotOK();
                entries.add(new Entry(type, name));
            }
            return List.copyOf(entries);
        } finally {
            TF_DeleteDeviceList(list);
        }
    }
}
