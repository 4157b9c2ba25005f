package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import java.util.Locale;
import org.vito.augment.AugmentSettings;
import org.vito.decode.DecodeRole;
import org.vito.decode.DecodeSettings;
import org.vito.evaluator.ClusterSettings;
import org.vito.evaluator.DashboardRole;
import org.vito.evaluator.DashboardSettings;
import org.vito.evaluator.EvaluateRole;
import org.vito.evaluator.EvaluatorSettings;
import org.vito.ingest.CurateRole;
import org.vito.ingest.IngestRole;
import org.vito.ingest.IngestSettings;
import org.vito.learner.LearnerRole;
import org.vito.learner.LearnerSettings;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** What a process can do, in the order in which the pipeline is stopped: whoever feeds the others first. */
enum Role {
    INGEST {
        @Override
        Plan plan(Config config) {
            IngestSettings settings = IngestSettings.from(config);
            return (system, platform, decoders) -> IngestRole.start(system, settings, decoders.get(system), platform);
        }
    },
    CURATE {
        @Override
        Plan plan(Config config) {
            IngestSettings settings = IngestSettings.from(config);
            EncoderNetworks networks =
                    new EncoderNetworks(ProcessSettings.from(config).data());
            return (system, platform, decoders) ->
                    CurateRole.start(system, settings, decoders.get(system), platform, networks);
        }
    },
    DECODE {
        @Override
        Plan plan(Config config) {
            DecodeSettings settings = DecodeSettings.from(config);
            return (system, platform, decoders) -> DecodeRole.start(system, settings, decoders.get(system), platform);
        }
    },
    LEARN {
        @Override
        Plan plan(Config config) {
            LearnerSettings settings = LearnerSettings.from(config);
            AugmentSettings augment = AugmentSettings.from(config);
            return (system, platform, decoders) -> LearnerRole.start(system, settings, augment, platform);
        }
    },
    EVALUATE {
        @Override
        Plan plan(Config config) {
            EvaluatorSettings settings = EvaluatorSettings.from(config);
            ClusterSettings cluster = ClusterSettings.from(config);
            return (system, platform, decoders) -> EvaluateRole.start(system, settings, cluster, platform);
        }
    },
    DASHBOARD {
        @Override
        Plan plan(Config config) {
            DashboardSettings settings = DashboardSettings.from(config);
            return (system, platform, decoders) -> DashboardRole.start(system, settings, platform);
        }
    };

    /** How to start a role whose settings have been read and checked. May block. */
    interface Plan {
        RunningRole start(ActorSystem<?> system, Platform platform, SharedDecoders decoders);
    }

    /** Reads and checks the role's settings. */
    abstract Plan plan(Config config);

    /** The role's name, which is also that of the command that starts it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
