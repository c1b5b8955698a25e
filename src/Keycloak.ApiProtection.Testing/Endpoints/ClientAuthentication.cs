using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Client authentication with <c>client_secret_basic</c> and <c>client_secret_post</c> (RFC 6749 section 2.3.1).</summary>
internal sealed class ClientAuthentication(Realm realm)
{
    private const string Description = "Invalid client or Invalid client credentials";

    /// <summary>The response to an existing client that sent a wrong secret or none.</summary>
    public static Answer WrongSecret { get; } = Answer.Error(401, "unauthorized_client", Description);

    /// <returns>The client, or the response that rejects the request.</returns>
    public (Client? Client, Answer? Rejection) Authenticate(EndpointRequest request)
    {
        var (id, secret) = Credentials(request);
        if (id is null || realm.Export.Clients.GetValueOrDefault(id) is not { Enabled: true, BearerOnly: false } client)
        {
            return (null, Answer.Error(401, "invalid_client", Description));
        }

        return client.Public || IsRight(client, secret)
            ? (client, null)
            : (null, WrongSecret);
    }

    private static (string? Id, string? Secret) Credentials(EndpointRequest request)
    {
        const string Scheme = "Basic ";
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (request.Parameter("client_id"), request.Parameter("client_secret"));
        }

        try
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(authorization[Scheme.Length..].Trim()));
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? (null, null) : (Decode(pair[..colon]), Decode(pair[(colon + 1)..]));
        }
        catch (FormatException)
        {
            return (null, null);
        }
    }

    private static string Decode(string value) => Uri.UnescapeDataString(value.Replace('+', ' '));

    private static bool IsRight(Client client, string? secret) => client.Secret is not null && secret is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(client.Secret), Encoding.UTF8.GetBytes(secret));
}
