print("execution")
