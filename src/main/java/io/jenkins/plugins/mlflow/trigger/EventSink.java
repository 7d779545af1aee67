package io.jenkins.plugins.mlflow.trigger;

import hudson.ExtensionPoint;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;

/** Takes events that were learned, from whatever source. */
interface EventSink extends ExtensionPoint {
    /**
     * Takes an event quickly: it asks no server and waits for nothing but the disk.
     *
     * @param server whose registry the version is in
     * @param hint to be checked with the server before a build starts
     * @return false if too many events wait already; the event was not taken. After true it is not lost, even if Jenkins is killed
     */
    boolean offer(MlflowServerConfiguration server, VersionEvent hint);
}
