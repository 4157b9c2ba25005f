package org.vito.deploy;

import com.typesafe.config.Config;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.vito.evaluator.DashboardRole;
import org.vito.protocol.RunningRole;

/** A {@link VitoProcess} as the terminal's user has it: says where things are, shows progress, ends on Ctrl-C. */
final class Session {
    private final Terminal terminal;
    private final Config config;
    private final String what;
    private final Set<Role> roles;
    private volatile boolean stopping;

    Session(Terminal terminal, Config config, String what, Set<Role> roles) {
        this.terminal = terminal;
        this.config = config;
        this.what = what;
        this.roles = roles;
    }

    /** As {@link #run(Consumer)} with nothing to be done first. */
    int run() throws Exception {
        return run(role -> {});
    }

    /**
     * Runs until every role has ended, one failed, or the process is asked to stop.
     *
     * @param before done when Kafka is up and before the role starts, on a thread of the role; may block
     * @return the exit code
     */
    int run(Consumer<Role> before) throws Exception {
        VitoProcess process = VitoProcess.start(config, what, roles, new Announcer(), before);
        terminal.line("log      " + Logging.file(process.data(), what));
        terminal.line("kafka    " + process.kafka().bootstrapServers());
        ProgressView view = ProgressView.show(
                process.kafka(), terminal, ProcessSettings.from(config).progressInterval());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, view), "vito-shutdown"));
        try {
            process.ended().toCompletableFuture().get(Long.MAX_VALUE, TimeUnit.DAYS);
            return 0;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            view.close();
            process.close();
        }
    }

    private void stop(VitoProcess process, ProgressView view) {
        stopping = true;
        view.close();
        if (!process.ended().toCompletableFuture().isDone()) {
            terminal.line(roles.contains(Role.LEARN) ? "stopping; the learner saves a checkpoint first" : "stopping");
        }
        process.close();
    }

    private final class Announcer implements ProcessGuardian.Listener {
        @Override
        public void started(String role, RunningRole running) {
            if (running instanceof DashboardRole.Running page) {
                URI address = page.address();
                terminal.line("page     " + address);
            }
        }

        @Override
        public void ended(String role) {
            if (role.equals(Role.LEARN.word()) && !stopping) {
                terminal.line("training has ended; Ctrl-C stops the rest");
            }
        }
    }
}
