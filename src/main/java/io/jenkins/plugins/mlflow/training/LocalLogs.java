package io.jenkins.plugins.mlflow.training;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jenkins.MasterToSlaveFileCallable;

/** Where MLflow's clients log to if they know no server: files in the folder that the training runs in. */
final class LocalLogs {
    private static final List<String> NAMES = List.of("mlruns", "mlflow.db");

    private LocalLogs() {}

    /** When each of them was last written, in milliseconds since 1970; those that do not exist are missing, and all are if the agent does not respond. */
    static TreeMap<String, Long> look(FilePath folder) throws InterruptedException {
        try {
            return AgentFiles.act(folder, new Look());
        } catch (IOException e) {
            return new TreeMap<>();
        }
    }

    /** The names of those that were written in between. */
    static List<String> written(Map<String, Long> before, Map<String, Long> after) {
        List<String> written = new ArrayList<>();
        after.forEach((name, time) -> {
            if (!time.equals(before.get(name))) {
                written.add(name);
            }
        });
        return written;
    }

    private static final class Look extends MasterToSlaveFileCallable<TreeMap<String, Long>> {
        private static final long serialVersionUID = 1L;

        @Override
        public TreeMap<String, Long> invoke(File folder, VirtualChannel channel) {
            TreeMap<String, Long> found = new TreeMap<>();
            for (String name : NAMES) {
                File file = new File(folder, name);
                if (file.exists()) {
                    found.put(name, latest(file));
                }
            }
            return found;
        }

        /** A new run changes the time of its experiment's folder. */
        private static long latest(File file) {
            long latest = file.lastModified();
            File[] children = file.listFiles();
            for (File child : children == null ? new File[0] : children) {
                latest = Math.max(latest, child.lastModified());
            }
            return latest;
        }
    }
}
