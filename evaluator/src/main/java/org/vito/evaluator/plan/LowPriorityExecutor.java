package org.vito.evaluator.plan;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A thread pool for an Akka dispatcher whose threads ask for the lowest priority; named in {@code reference.conf}. */
public final class LowPriorityExecutor extends ExecutorServiceConfigurator {
    private static final int IDLE_SECONDS = 30;

    private final int threads;

    /** As Akka makes it: the dispatcher's settings, which have {@code threads}. */
    public LowPriorityExecutor(Config config, DispatcherPrerequisites prerequisites) {
        super(config, prerequisites);
        threads = config.getInt("threads");
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: it is a courtesy to training on the same machine
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threadFactory) {
        return () -> {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                        Thread thread = threadFactory.newThread(work);
                        thread.setPriority(Thread.MIN_PRIORITY);
                        return thread;
                    });
            pool.allowCoreThreadTimeOut(true);
            return pool;
        };
    }
}
