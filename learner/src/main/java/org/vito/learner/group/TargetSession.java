package org.vito.learner.group;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetTarget;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.ConfigProto;

/**
 * Opens a session in a TensorFlow server. TensorFlow's Java interface has no way to name one, its C interface has; the two
 * private members that join them ({@code Graph.nativeHandle} and the constructor of {@code Session} that takes a handle) are
 * reached by reflection.
 */
final class TargetSession implements AutoCloseable {
    private final TF_Session handle;
    private final Session session;

    private TargetSession(TF_Session handle, Session session) {
        this.handle = handle;
        this.session = session;
    }

    /** @param target for instance {@code grpc://host:port} */
    @SuppressWarnings("try") // the scope frees what is made in it
    static TargetSession open(Graph graph, String target, ConfigProto config) {
        try (PointerScope scope = new PointerScope()) {
            TF_Status status = TF_Status.newStatus();
            TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
            BytePointer bytes = new BytePointer(config.toByteArray());
            TF_SetTarget(options, target);
            TF_SetConfig(options, bytes, bytes.capacity(), status);
            status.throwExceptionIfNotOK();
            TF_Session session = TF_Session.newSession(handle(graph), options, status);
            status.throwExceptionIfNotOK();
            session.retainReference(); // Session.close() gives one back,
            session.retainReference(); // close() the other
            return new TargetSession(session, wrap(graph, session));
        }
    }

    Session session() {
        return session;
    }

    /** Fails what the session runs; callable from any thread until {@link #close}, also after the session was closed. */
    @SuppressWarnings("try")
    void abort() {
        try (PointerScope scope = new PointerScope()) {
            TF_CloseSession(handle, TF_Status.newStatus()); // whatever the status is, no run will succeed
        }
    }

    /** Gives the handle back; what the session holds is freed when the session is closed too. */
    @Override
    public void close() {
        handle.releaseReference();
    }

    private static TF_Graph handle(Graph graph) {
        try {
            Field handle = Graph.class.getDeclaredField("nativeHandle");
            handle.setAccessible(true);
            return (TF_Graph) handle.get(graph);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("another version of TensorFlow's Java interface than expected", e);
        }
    }

    private static Session wrap(Graph graph, TF_Session session) {
        try {
            Constructor<Session> constructor = Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
            constructor.setAccessible(true);
            return constructor.newInstance(graph, session);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("another version of TensorFlow's Java interface than expected", e);
        }
    }
}
