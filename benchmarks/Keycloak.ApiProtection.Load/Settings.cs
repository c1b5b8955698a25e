using System.Globalization;

namespace Keycloak.ApiProtection.Load;

/// <summary>The settings of a comparison. <c>Seconds</c> is the duration for each scenario in each round.</summary>
internal sealed record Settings(int Seconds, int Rounds, int Connections, int Tokens)
{
    public static Settings Read(string[] args)
    {
        int Value(string name, int otherwise)
        {
            var at = Array.IndexOf(args, "--" + name);
            return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
        }

        return new Settings(Value("seconds", 3), Value("rounds", 5), Value("connections", 32), Value("tokens", 100_000));
    }
}
