print("tcptune")
