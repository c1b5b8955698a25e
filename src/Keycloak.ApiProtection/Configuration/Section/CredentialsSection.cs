using Microsoft.Extensions.Configuration;

namespace Keycloak.ApiProtection.Configuration.Section;

/// <summary>
/// Reads the section <c>credentials</c> of Keycloak's adapter JSON: <c>secret</c>, or <c>jwt</c> with a private key, and
/// the method that sends them.
/// </summary>
/// <remarks>Messages never contain a value of this section.</remarks>
internal static class CredentialsSection
{
    /// <summary>Reads the section. Returns the problem, or null if there is none.</summary>
    public static string? Read(KeycloakBearerOptions options, IConfigurationSection section)
    {
        // WebApplicationFactory passes settings on with an empty value for each parent section.
        if (!string.IsNullOrEmpty(section.Value))
        {
            return "is a single value, but a section with 'secret' is expected";
        }

        foreach (var child in section.GetChildren())
        {
            if (Read(options.Credentials, child) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? Read(KeycloakClientCredentials credentials, IConfigurationSection child)
    {
        switch (Plain(child.Key))
        {
            case "secret" when child.Value is not null:
                credentials.Secret = child.Value;
                return null;
            case "secret":
                return "has a section 'secret', but a single value is expected";
            case "method":
                if (!Enum.TryParse<ClientAuthenticationMethod>(Plain(child.Value ?? string.Empty), ignoreCase: true, out var method)
                    || int.TryParse(child.Value, out _))
                {
                    return "has an unknown 'method'. Supported methods are "
                        + string.Join(", ", Enum.GetNames<ClientAuthenticationMethod>());
                }

                credentials.Method = method;
                return null;
            case "jwt" when child.Value is null:
                return child.GetChildren().Select(member => ReadKey(credentials, member)).FirstOrDefault(problem => problem is not null);
            case "secretjwt":
                return "has 'secret-jwt' (client_secret_jwt), which is not supported: use 'secret', or 'jwt' with a private key, "
                    + "and set Clients > the client > Credentials > Client Authenticator to match";
            default:
                return $"has the unknown key '{child.Key}'. Known keys are 'secret', 'jwt' and 'method'";
        }
    }

    private static string? ReadKey(KeycloakClientCredentials credentials, IConfigurationSection member)
    {
        switch (Plain(member.Key))
        {
            case "key":
                credentials.Key = member.Value;
                return null;
            case "keyfile":
                return ReadFile(credentials, member.Value);
            case "keyid":
                credentials.KeyId = member.Value;
                return null;
            case "algorithm":
                credentials.Algorithm = member.Value;
                return null;
            case "tokentimeout" or "tokenexpiration":
                // Ignored: an assertion is used once and immediately, so one minute is always enough.
                return null;
            default:
                return member.Key.Contains("keystore", StringComparison.OrdinalIgnoreCase)
                    || member.Key.Contains("client-key", StringComparison.OrdinalIgnoreCase)
                    ? $"has 'jwt:{member.Key}', but Java keystores are not supported. Convert the keystore (keytool -importkeystore "
                        + "-deststoretype PKCS12, then openssl pkcs12 -nocerts -nodes) and set 'jwt:key-file' to the PEM file"
                    : $"has the unknown key 'jwt:{member.Key}'. Known keys are 'key', 'key-file', 'key-id' and 'algorithm'";
        }
    }

    private static string? ReadFile(KeycloakClientCredentials credentials, string? path)
    {
        try
        {
            credentials.Key = File.ReadAllText(path ?? string.Empty);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"has a 'jwt:key-file' that cannot be read ({error.GetType().Name}): set the path of the PEM or JWK file, "
                + "and give this process permission to read it";
        }
    }

    private static string Plain(string key) =>
        key.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
}
