import sagemaker
from sagemaker.tensorflow import TensorFlow

sess = sagemaker.Session()
role = sagemaker.get_execution_role()
hyperparameters = {'epochs': 30, 'batch_size': 128, 'learning_rate': 0.01}
metric_definitions = [
    {'Name': 'loss', 'Regex': 'loss: ([0-9\\.]+)'},
    {'Name': 'val_loss', 'Regex': 'val_loss: ([0-9\\.]+)'},
]
estimator = TensorFlow(
    source_dir='code',
    entry_point='train.py',
    instance_type='ml.c5.xlarge',
    instance_count=1,
    hyperparameters=hyperparameters,
    metric_definitions=metric_definitions,
    role=role,
    base_job_name='housing',
    framework_version='2.12',
    py_version='py310',
)

if __name__ == '__main__':
    train = sess.upload_data(path='data/train', key_prefix='housing/train')
    test = sess.upload_data(path='data/test', key_prefix='housing/test')
    estimator.fit({'train': train, 'test': test})
