package io.jenkins.plugins.mlflow.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.TaskListener;
import hudson.scm.NullSCM;
import hudson.scm.SCM;
import hudson.scm.SCMDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadEvent;
import jenkins.scm.api.SCMHeadObserver;
import jenkins.scm.api.SCMHeadOrigin;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.SCMSourceCriteria;
import jenkins.scm.api.SCMSourceDescriptor;
import jenkins.scm.api.mixin.ChangeRequestCheckoutStrategy;
import jenkins.scm.api.mixin.ChangeRequestSCMHead2;

/** A repository in memory, with branches and change requests, as a multibranch project sees it. */
public abstract class TestRepository extends SCMSource {
    private static final Map<SCMHead, Map<String, String>> FILES = new LinkedHashMap<>();
    private static boolean readable = true;

    /** An empty repository; there is one at a time. */
    TestRepository() {
        FILES.clear();
        readable = true;
        setId("test-repository");
    }

    /** A branch with these files: paths and contents by turns. */
    TestRepository branch(String name, String... files) {
        return with(new Branch(name), files);
    }

    /** A change request to the main branch. */
    TestRepository changeRequest(String name, Origin origin, String... files) {
        return with(new ChangeRequest(name, origin), files);
    }

    private TestRepository with(SCMHead head, String... files) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < files.length; i += 2) {
            map.put(files[i], files[i + 1]);
        }
        FILES.put(head, map);
        return this;
    }

    /** From now on, the host of the repository does not answer. */
    static void breakDown() {
        readable = false;
    }

    /** Who wrote a change request. */
    enum Origin {
        SAME_REPOSITORY,
        COLLABORATOR,
        STRANGER
    }

    @Override
    protected void retrieve(
            SCMSourceCriteria criteria,
            @NonNull SCMHeadObserver observer,
            SCMHeadEvent<?> event,
            @NonNull TaskListener listener)
            throws IOException, InterruptedException {
        for (SCMHead head : List.copyOf(FILES.keySet())) {
            observer.observe(head, new Revision(head));
        }
    }

    @NonNull
    @Override
    public SCM build(@NonNull SCMHead head, SCMRevision revision) {
        return new NullSCM();
    }

    @NonNull
    @Override
    public SCMRevision getTrustedRevision(@NonNull SCMRevision revision, @NonNull TaskListener listener) {
        return revision.getHead() instanceof ChangeRequest request && request.origin == Origin.STRANGER
                ? new Revision(request.getTarget())
                : revision;
    }

    /** A branch of the repository. */
    public static final class Branch extends SCMHead {
        private static final long serialVersionUID = 1L;

        public Branch(String name) {
            super(name);
        }
    }

    /** A change request to its main branch. */
    public static final class ChangeRequest extends SCMHead implements ChangeRequestSCMHead2 {
        private static final long serialVersionUID = 1L;
        private final Origin origin;

        ChangeRequest(String name, Origin origin) {
            super(name);
            this.origin = origin;
        }

        @NonNull
        @Override
        public String getId() {
            return getName();
        }

        @NonNull
        @Override
        public SCMHead getTarget() {
            return new Branch("main");
        }

        @NonNull
        @Override
        public ChangeRequestCheckoutStrategy getCheckoutStrategy() {
            return ChangeRequestCheckoutStrategy.HEAD;
        }

        @NonNull
        @Override
        public String getOriginName() {
            return getName();
        }

        @NonNull
        @Override
        public SCMHeadOrigin getOrigin() {
            return origin == Origin.SAME_REPOSITORY ? SCMHeadOrigin.DEFAULT : new SCMHeadOrigin.Fork("stranger");
        }
    }

    /** The only revision of a branch or change request. */
    public static final class Revision extends SCMRevision {
        private static final long serialVersionUID = 1L;

        Revision(SCMHead head) {
            super(head);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Revision that && getHead().equals(that.getHead());
        }

        @Override
        public int hashCode() {
            return getHead().hashCode();
        }

        @Override
        public String toString() {
            return "tip-of-" + getHead().getName();
        }
    }

    private static final class Files extends SCMFileSystem {
        private final Map<String, String> files;

        Files(SCMRevision revision) {
            super(revision);
            files = FILES.get(revision.getHead());
        }

        @Override
        public long lastModified() {
            return 0;
        }

        @NonNull
        @Override
        public SCMFile getRoot() {
            return new Entry(files);
        }
    }

    private static final class Entry extends SCMFile {
        private final Map<String, String> files;

        Entry(Map<String, String> files) {
            this.files = files;
        }

        private Entry(Entry parent, String name) {
            super(parent, name);
            files = parent.files;
        }

        @NonNull
        @Override
        protected SCMFile newChild(@NonNull String name, boolean assumeIsDirectory) {
            return new Entry(this, name);
        }

        @NonNull
        @Override
        public Iterable<SCMFile> children() {
            return List.of();
        }

        @Override
        public long lastModified() {
            return 0;
        }

        @NonNull
        @Override
        protected Type type() throws IOException {
            if (!readable && !getPath().equals("Jenkinsfile")) {
                throw new IOException("the host of the repository is down");
            }
            return files.containsKey(getPath())
                    ? Type.REGULAR_FILE
                    : files.keySet().stream().anyMatch(file -> file.startsWith(getPath() + "/"))
                            ? Type.DIRECTORY
                            : Type.NONEXISTENT;
        }

        @NonNull
        @Override
        public InputStream content() throws IOException {
            String text = files.get(getPath());
            if (text == null) {
                throw new IOException("there is no " + getPath());
            }
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Shows the files to Jenkins; a test that uses the repository makes it an extension of its own. */
    public static class FilesBuilder extends SCMFileSystem.Builder {
        @Override
        public boolean supports(SCM scm) {
            return false;
        }

        @Override
        protected boolean supportsDescriptor(SCMDescriptor descriptor) {
            return false;
        }

        @Override
        public boolean supports(SCMSource source) {
            return source instanceof TestRepository;
        }

        @Override
        protected boolean supportsDescriptor(SCMSourceDescriptor descriptor) {
            return TestRepository.class.isAssignableFrom(descriptor.clazz);
        }

        @Override
        public SCMFileSystem build(@NonNull Item owner, @NonNull SCM scm, SCMRevision revision) {
            return null;
        }

        @Override
        public SCMFileSystem build(@NonNull SCMSource source, @NonNull SCMHead head, SCMRevision revision) {
            return new Files(revision == null ? new Revision(head) : revision);
        }
    }
}
