package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.Figures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** How long a controller takes to come up, with the plugin and without. */
class StartUpBench {
    private static final int STARTS = Math.max(3, Figures.TURNS / 2);

    @RegisterExtension
    private final RealJenkinsExtension with = new RealJenkinsExtension();

    @RegisterExtension
    private final RealJenkinsExtension without = new RealJenkinsExtension().omitPlugins("mlflow-eval-gate");

    @Test
    void theStartOfAController() throws Throwable {
        List<Double> late = new ArrayList<>();
        List<Double> early = new ArrayList<>();
        for (int turn = -1; turn < STARTS; turn++) {
            double plain = seconds(without);
            double whole = seconds(with);
            if (turn >= 0) {
                early.add(plain);
                late.add(whole);
            }
        }
        Figures.write(
                "8-start.md",
                "### Start of a controller\n\nA process with the plugins that the tests need, until it is up;"
                        + " by turns, " + STARTS
                        + " starts of each, the first one not counted; seconds, median (quartiles).\n\n"
                        + "| without the plugin | with it |\n| --- | --- |\n| " + Figures.quartiles(early) + " | "
                        + Figures.quartiles(late) + " |\n");
    }

    private static double seconds(RealJenkinsExtension controller) throws Throwable {
        long begin = System.nanoTime();
        controller.startJenkins();
        double took = (System.nanoTime() - begin) / 1e9;
        controller.stopJenkins();
        return took;
    }
}
