package io.jenkins.plugins.mlflow.live;

import hudson.Extension;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.listeners.ItemListener;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Lets the records of what is live follow a job that is renamed or moved. Jenkins calls it for each job of a folder that is. */
@Extension
public final class JobLocationListener extends ItemListener {
    private static final Logger LOGGER = Logger.getLogger(JobLocationListener.class.getName());

    @Override
    public void onLocationChanged(Item item, String oldFullName, String newFullName) {
        if (!(item instanceof Job)) {
            return;
        }
        for (LiveRecord record : LiveStore.all()) {
            if (!record.names(oldFullName)) {
                continue;
            }
            try {
                LiveStore.update(
                        record.getKey(), record.getServer(), current -> current.jobMoved(oldFullName, newFullName));
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, e, () -> "What is live still names job " + newFullName + " " + oldFullName);
            }
        }
    }
}
