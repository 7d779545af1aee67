// For init.groovy.d: makes a build of every document in JENKINS_HOME/sample-reports, in name order; the last has two gates.
import hudson.model.FreeStyleProject
import hudson.model.Result
import jenkins.model.Jenkins

def jenkins = Jenkins.get()
def loader = jenkins.pluginManager.uberClassLoader
def name = 'io.jenkins.plugins.mlflow.'
def json = loader.loadClass(name + 'policy.Json')
def documents = loader.loadClass(name + 'report.GateDocument')
def action = loader.loadClass(name + 'report.GateReportAction')

def directory = new File(jenkins.rootDir, 'sample-reports')
def files = directory.listFiles()?.findAll { it.name.endsWith('.json') }?.sort { it.name } ?: []
if (files && jenkins.getItem('churn') == null) {
    def job = jenkins.createProject(FreeStyleProject, 'churn')
    def build = null
    files.each { file ->
        build = job.scheduleBuild2(0).get()
        build.displayName = '#' + build.number + ' ' + file.name - '.json'
        action.attach(build, 'gate', documents.fromMap(json.read(file.text)), 'https://mlflow.example.com')
    }
    action.attach(build, 'another', documents.fromMap(json.read(files[3].text)), null)
}
