package io.jenkins.plugins.mlflow.policy;

/**
 * Resolves what is required of one model: the model's part of a policy file over the file's defaults, with what parameters give
 * in place of it. Policy files and parameters go through the same parser, so that a word means the same in both.
 */
public final class PolicyReader {
    private PolicyReader() {}

    /**
     * The policy of a model.
     *
     * @param document the policy file that counts, or null if there is none
     * @param model name of the registered model
     * @param overrides what parameters give
     * @throws PolicyException with all problems: the file lacks the model, a parameter is wrong, there are no rules from
     *     anywhere, or file and parameters do not fit together
     */
    public static GatePolicy resolve(PolicyDocument document, String model, PolicyOverrides overrides)
            throws PolicyException {
        PolicyProblems problems = new PolicyProblems();
        PolicyNode.Mapping written = document != null
                ? document.model(model)
                : PolicyNode.Mapping.empty(
                        PolicyNode.Place.root("model `" + DisplayText.abbreviated(model) + "`", 0, 0));
        PolicyNode.Mapping tree = overrides.over(written, problems);
        GatePolicy policy =
                ModelParser.parse(tree, overrides.isOfBuild(), "the " + overrides.where("thresholds"), problems);
        problems.throwIfAny();
        return policy;
    }
}
