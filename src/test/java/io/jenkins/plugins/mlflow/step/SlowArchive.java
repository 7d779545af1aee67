package io.jenkins.plugins.mlflow.step;

import hudson.ExtensionList;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.BuildListener;
import hudson.model.Run;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jenkins.model.ArtifactManager;
import jenkins.model.ArtifactManagerConfiguration;
import jenkins.model.ArtifactManagerFactory;
import jenkins.model.ArtifactManagerFactoryDescriptor;
import jenkins.util.VirtualFile;

/** A storage of artifacts that takes nothing until it is released, as one far away that is overloaded. */
final class SlowArchive extends ArtifactManagerFactory implements AutoCloseable {
    /** How many reports have come to it. */
    final transient Semaphore arrived = new Semaphore(0);

    final transient CountDownLatch released = new CountDownLatch(1);

    /** Makes it the storage of all builds. */
    SlowArchive configured() {
        if (ExtensionList.lookup(ArtifactManagerFactoryDescriptor.class).get(DescriptorImpl.class) == null) {
            ExtensionList.lookup(ArtifactManagerFactoryDescriptor.class).add(new DescriptorImpl());
        }
        ArtifactManagerConfiguration.get().getArtifactManagerFactories().add(this);
        return this;
    }

    void await(int reports) throws InterruptedException {
        if (!arrived.tryAcquire(reports, 60, TimeUnit.SECONDS)) {
            throw new AssertionError(
                    "only " + arrived.availablePermits() + " of " + reports + " reports were to be archived");
        }
    }

    @Override
    public void close() {
        released.countDown();
    }

    @Override
    public ArtifactManager managerFor(Run<?, ?> build) {
        return new Manager(this);
    }

    private static final class Manager extends ArtifactManager {
        private final transient SlowArchive archive;

        Manager(SlowArchive archive) {
            this.archive = archive;
        }

        @Override
        public void onLoad(Run<?, ?> build) {}

        @Override
        public void archive(
                FilePath workspace, Launcher launcher, BuildListener listener, Map<String, String> artifacts)
                throws IOException, InterruptedException {
            archive.arrived.release();
            archive.released.await();
        }

        @Override
        public boolean delete() {
            return false;
        }

        @Override
        public VirtualFile root() {
            return VirtualFile.forFile(new File("nowhere"));
        }
    }

    /** Found by hand, in the tests that use it only. */
    public static final class DescriptorImpl extends ArtifactManagerFactoryDescriptor {}
}
