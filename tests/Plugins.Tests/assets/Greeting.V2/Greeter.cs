namespace Acme.Greeting;

public sealed class Greeter(string salutation)
{
    public string Greet(string name) => $"{salutation} {name}, from version 2";
}
