package io.jenkins.plugins.mlflow.trigger;

import java.util.Objects;

/** What is said to have happened to a version of a model. Stored as XML, so a plain class. */
public final class VersionEvent {
    /** What happened. */
    public enum Kind {
        CREATED,
        ALIAS,
        TAG
    }

    private final Kind kind;
    private final String model;
    private final String version;
    private final String name;
    private final String value;

    private VersionEvent(Kind kind, String model, String version, String name, String value) {
        this.kind = kind;
        this.model = Objects.requireNonNull(model);
        this.version = Objects.requireNonNull(version);
        this.name = name;
        this.value = value;
    }

    public static VersionEvent created(String model, String version) {
        return new VersionEvent(Kind.CREATED, model, version, null, null);
    }

    /** The alias was set on the version. */
    public static VersionEvent alias(String model, String version, String alias) {
        return new VersionEvent(Kind.ALIAS, model, version, Objects.requireNonNull(alias), null);
    }

    /** The alias was deleted: no version has it. The same version may get it again, which is a new event. */
    public static VersionEvent aliasDeleted(String model, String alias) {
        return alias(model, "", alias);
    }

    /** The tag of the version was set to the value. */
    public static VersionEvent tag(String model, String version, String key, String value) {
        return new VersionEvent(Kind.TAG, model, version, Objects.requireNonNull(key), Objects.requireNonNull(value));
    }

    public Kind getKind() {
        return kind;
    }

    public String getModel() {
        return model;
    }

    /** Empty if no version has the alias any longer. */
    public String getVersion() {
        return version;
    }

    /** The alias or the tag's key; null for {@link Kind#CREATED}. */
    public String getName() {
        return name;
    }

    /** The tag's value; null for the other kinds. */
    public String getValue() {
        return value;
    }

    /** As the parameter {@code on} of the trigger names it: {@code created}, {@code alias:challenger}, {@code tag:validation=requested}. */
    public String getText() {
        return switch (kind) {
            case CREATED -> "created";
            case ALIAS -> "alias:" + name;
            case TAG -> "tag:" + name + "=" + value;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionEvent event
                && kind == event.kind
                && model.equals(event.model)
                && version.equals(event.version)
                && Objects.equals(name, event.name)
                && Objects.equals(value, event.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, model, version, name, value);
    }

    @Override
    public String toString() {
        return model + " " + version + " " + getText();
    }
}
