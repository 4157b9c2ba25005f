package org.vito.learner.model;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The C library's heap, of which TensorFlow uses much while it compiles a graph and little afterwards. */
final class NativeHeap {
    private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);
    private static final String COMMAND = "systemTrimNativeHeap";

    private NativeHeap() {}

    /**
     * Gives what is free back to the system: about 60 MiB after a ResNet-50 was compiled, in a few milliseconds. Does nothing
     * where the Java machine cannot (JDK 17 before 17.0.9, other systems than Linux with glibc).
     *
     * @return whether it could
     */
    static boolean trim() {
        try {
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            Object answer = beans.invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), COMMAND, new Object[0], new String[0]);
            LOG.debug("trimmed the native heap: {}", answer);
            return true;
        } catch (JMException e) {
            LOG.debug("the native heap stays as it is: {}", e.toString());
            return false;
        }
    }
}
