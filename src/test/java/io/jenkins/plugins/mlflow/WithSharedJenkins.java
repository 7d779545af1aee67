package io.jenkins.plugins.mlflow;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * All tests of the class run in one Jenkins, which its static {@code @BeforeAll} method takes as a parameter; after each of them
 * that Jenkins is as empty as a new one. To start one costs seconds, and the first visit of each page of a new one seconds more.
 */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@WithJenkins
@ExtendWith(JenkinsReset.class)
public @interface WithSharedJenkins {}
