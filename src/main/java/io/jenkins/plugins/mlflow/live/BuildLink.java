package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** A build as one who may see the page may see it. No build is loaded for it. */
public final class BuildLink {
    private static final Logger LOGGER = Logger.getLogger(BuildLink.class.getName());

    private final String name;
    private final String url;

    private BuildLink(String name, String url) {
        this.name = name;
        this.url = url;
    }

    /**
     * Null for no build.
     *
     * @param page the job whose page it is, or null on the administrators' page
     */
    static BuildLink of(BuildRef build, Job<?, ?> page) {
        if (build == null) {
            return null;
        }
        String name = build.job() + " #" + build.number();
        Job<?, ?> job = VisibleJobs.findAny(build.job());
        if (job != null && VisibleJobs.isReadable(job)) {
            return isThere(build, job)
                    ? new BuildLink(name, job.getUrl() + build.number() + "/" + GateReportAction.URL_NAME + "/")
                    : new BuildLink(Messages.BuildLink_deleted(name), null);
        }
        if (job != null) {
            return new BuildLink(Messages.BuildLink_hidden(), null);
        }
        boolean mayKnow = page == null || page.getFullName().equals(build.job());
        return new BuildLink(mayKnow ? Messages.BuildLink_deleted(name) : Messages.BuildLink_deletedUnnamed(), null);
    }

    /** The same to the page of the build itself, which may have no gates. */
    BuildLink toBuild() {
        return new BuildLink(
                name, url == null ? null : url.substring(0, url.length() - GateReportAction.URL_NAME.length() - 1));
    }

    /** Whether the job has this very build, and not only one of the same number. */
    private static boolean isThere(BuildRef build, Job<?, ?> job) {
        Path directory = job.getBuildDir().toPath().resolve(Integer.toString(build.number()));
        return Files.exists(directory)
                && (build.started() == 0 || build.started() == started(directory.resolve("build.xml")));
    }

    /** When the build of this record was scheduled, in milliseconds since the epoch; -1 if it cannot be read. */
    private static long started(Path record) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (InputStream in = Files.newInputStream(record)) {
            XMLStreamReader reader = factory.createXMLStreamReader(in);
            int depth = 0;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamReader.END_ELEMENT) {
                    depth--;
                } else if (event == XMLStreamReader.START_ELEMENT
                        && ++depth == 2
                        && reader.getLocalName().equals("timestamp")) {
                    return Long.parseLong(reader.getElementText().strip());
                }
            }
        } catch (IOException | XMLStreamException | NumberFormatException e) {
            LOGGER.log(Level.FINE, e, () -> "Cannot read when the build of " + record + " was scheduled");
        }
        return -1;
    }

    /** What to show; it says so if the build is deleted. */
    public String getName() {
        return name;
    }

    /** From the root of Jenkins; null if there is nothing to link to. */
    public String getUrl() {
        return url;
    }
}
