/**
 * Trains a model, evaluates it, and returns what the gate found.
 *
 *     trainAndGate(model: 'churn-classifier', train: 'python3 train.py', experiment: 'customer-churn', promote: 'champion')
 *
 * Every parameter but train and experiment is one of mlflowEvalGate. Call it inside of a node.
 */
def call(Map parameters) {
    def train = 'python3 train.py'
    def training = [requireRun: true]
    def forGate = [:]
    parameters.each { name, value ->
        // The steps refuse parameters that are null or blank; here they mean that the caller has not set them.
        if (value != null && value != '') {
            if (name == 'train') {
                train = value
            } else if (name == 'experiment') {
                training.experiment = value
            } else {
                forGate[name] = value
            }
        }
    }
    if (forGate.server) {
        training.server = forGate.server
    }
    withMlflow(training) {
        sh train
    }
    return mlflowEvalGate(forGate)
}
