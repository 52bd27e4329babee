namespace Acme.Greeting;

public static class Greeter
{
    public static string Greet(string name) => $"Hello {name}, from version 1";
}
