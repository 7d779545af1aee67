/**
 * Trains a model, evaluates it, and returns what the gate found.
 *
 *     trainAndGate(model: 'churn-classifier', train: 'python3 train.py --run-id-file run_id.txt', promote: 'champion')
 *
 * The command writes the id of its MLflow run to run_id.txt, or to the file that runIdFile names. Every other parameter is one
 * of mlflowEvalGate. Call it inside of a node.
 */
def call(Map parameters) {
    def own = [train: 'python3 train.py --run-id-file run_id.txt', runIdFile: 'run_id.txt']
    def forGate = [:]
    parameters.each { name, value ->
        if (own.containsKey(name)) {
            if (value != null) {
                own[name] = value
            }
        } else if (value != null && value != '') {
            // The step refuses parameters that are null or blank; here they mean that the caller has not set them.
            forGate[name] = value
        }
    }
    // A file of an earlier build must not be taken for this one's.
    writeFile file: own.runIdFile, text: ''
    sh own.train
    def runId = readFile(own.runIdFile).trim()
    if (!runId) {
        error "The training has not written the id of its run to ${own.runIdFile}."
    }
    forGate.runId = runId
    return mlflowEvalGate(forGate)
}
