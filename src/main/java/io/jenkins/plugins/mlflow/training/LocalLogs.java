package io.jenkins.plugins.mlflow.training;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.MasterToSlaveFileCallable;

/** Where MLflow's clients log to if they know no server: files in the folder that the training runs in. */
final class LocalLogs {
    private static final List<String> NAMES = List.of("mlruns", "mlflow.db");
    private static final long DEADLINE_SECONDS = 20;

    private LocalLogs() {}

    /** When each of them was last written, in milliseconds since 1970; those that do not exist are missing. */
    static TreeMap<String, Long> look(FilePath folder) throws IOException, InterruptedException {
        try {
            return folder.actAsync(new Look()).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the agent did not say what is in the workspace", e);
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
