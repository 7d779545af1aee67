package io.jenkins.plugins.mlflow.training;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.SCMListener;
import hudson.scm.SCM;
import hudson.scm.SCMRevisionState;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;

/** What a pipeline checked out, by the folder that it is in: outside of declarative pipelines, no variable names the commit. */
final class Checkouts extends InvisibleAction {
    private final TreeMap<String, Checkout> byPlace = new TreeMap<>();

    /** A commit of git and its branch, as the source control system calls them; either may be null. */
    static final class Checkout {
        private static final Checkout UNKNOWN = new Checkout(null, null);

        private final String commit;
        private final String branch;

        private Checkout(String commit, String branch) {
            this.commit = commit;
            this.branch = branch;
        }

        String commit() {
            return commit;
        }

        String branch() {
            return branch;
        }
    }

    /**
     * What the folder, or the nearest one around it, has of the build's checkouts.
     *
     * @param folder null outside of a node
     */
    static Checkout of(Run<?, ?> run, FilePath folder) {
        synchronized (run) {
            Checkouts known = run.getAction(Checkouts.class);
            for (FilePath each = folder; known != null && each != null; each = each.getParent()) {
                Checkout found = known.byPlace.get(place(each));
                if (found != null) {
                    return found;
                }
            }
            return Checkout.UNKNOWN;
        }
    }

    private static String place(FilePath folder) {
        Computer computer = folder.toComputer();
        return (computer == null ? "" : computer.getName()) + ":" + folder.getRemote();
    }

    private static void note(Run<?, ?> run, FilePath folder, Checkout checkout) {
        synchronized (run) {
            Checkouts known = run.getAction(Checkouts.class);
            if (known == null) {
                known = new Checkouts();
                run.addAction(known);
            }
            known.byPlace.put(place(folder), checkout);
        }
    }

    /** Learns of the checkouts of pipelines. */
    @Extension
    public static final class Listener extends SCMListener {
        @Override
        public void onCheckout(
                Run<?, ?> build,
                SCM scm,
                FilePath workspace,
                TaskListener listener,
                File changelog,
                SCMRevisionState baseline) {
            if (!(build instanceof FlowExecutionOwner.Executable)) {
                return;
            }
            Map<String, String> variables = new HashMap<>();
            scm.buildEnvironment(build, variables);
            if (variables.containsKey("GIT_COMMIT")) {
                note(build, workspace, new Checkout(variables.get("GIT_COMMIT"), variables.get("GIT_BRANCH")));
            }
        }
    }
}
