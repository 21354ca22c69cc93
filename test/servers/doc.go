// Command servers runs another command with the servers that the tests need.
package main
