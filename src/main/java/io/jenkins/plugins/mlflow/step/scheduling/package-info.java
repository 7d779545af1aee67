/**
 * When and on which thread a gate advances, and which promotion comes first. {@link GateScheduler} is the only class for others;
 * {@link ResumedPromotions} is public for Jenkins. Imports: Jenkins and {@code live}, but nothing of {@code step}.
 */
package io.jenkins.plugins.mlflow.step.scheduling;
