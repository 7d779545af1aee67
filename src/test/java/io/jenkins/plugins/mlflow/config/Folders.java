package io.jenkins.plugins.mlflow.config;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.util.Secret;
import java.io.IOException;
import java.util.List;
import jenkins.model.Jenkins;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;

/** Folders of a Jenkins under test, with what is configured in them. */
public final class Folders {
    private Folders() {}

    public static Folder in(ModifiableTopLevelItemGroup parent, String name) throws IOException {
        return (Folder)
                parent.createProject(Jenkins.get().getDescriptorByType(Folder.DescriptorImpl.class), name, true);
    }

    /** Replaces what is configured in the folder. */
    public static void configure(
            AbstractFolder<?> folder, String defaultServer, String policy, MlflowServerConfiguration... servers)
            throws IOException {
        MlflowFolderProperty property = new MlflowFolderProperty();
        property.setServers(List.of(servers));
        property.setDefaultServer(defaultServer);
        property.setPolicy(policy);
        folder.getProperties().removeAll(MlflowFolderProperty.class);
        folder.addProperty(property);
    }

    /** A secret text in the folder's own store. */
    public static void token(Folder folder, String id, String secret) throws IOException {
        Credentials token = new StringCredentialsImpl(CredentialsScope.GLOBAL, id, "", Secret.fromString(secret));
        for (CredentialsStore store : CredentialsProvider.lookupStores(folder)) {
            if (store.getContext() == folder) {
                store.addCredentials(Domain.global(), token);
                return;
            }
        }
        throw new IllegalStateException("no store of " + folder);
    }

    public static MlflowServerConfiguration server(String name, String uri, String credentialsId) {
        MlflowServerConfiguration server = new MlflowServerConfiguration(name, uri);
        server.setCredentialsId(credentialsId);
        return server;
    }
}
