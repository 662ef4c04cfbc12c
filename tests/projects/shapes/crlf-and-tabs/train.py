import argparse

def main():
	parser = argparse.ArgumentParser()
	parser.add_argument('--epochs', type=int, default=2, help='how often')
	parser.add_argument('--data', default='data\\rows.csv')
	args = parser.parse_args()
	for epoch in range(args.epochs):
		print('loss:', 1 / (epoch + 1))
	with open('model.txt', 'w') as file:
		file.write(args.data)

if __name__ == '__main__':
	main()
