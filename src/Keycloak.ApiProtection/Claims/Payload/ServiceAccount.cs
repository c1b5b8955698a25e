namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Tells a client that acts for itself (client credentials) from a user.</summary>
internal static class ServiceAccount
{
    private const string Prefix = "service-account-";

    /// <summary>
    /// Keycloak names the user of a service account after its client. A person could register under such a name, so that one more sign is wanted:
    /// the <c>client_id</c> that only a service account's session has, or the missing user session.
    /// </summary>
    public static bool Is(string? userName, string? authorizedParty, string? clientId, string? sessionId)
    {
        var client = clientId ?? authorizedParty;
        if (client is null || (clientId is null && sessionId is not null))
        {
            return false;
        }

        // Without the client scope "profile" there is no name. Introspection writes client_id for everybody: then the session decides.
        return userName is null
            ? clientId is not null && sessionId is null
            : userName.Length == Prefix.Length + client.Length
                && userName.StartsWith(Prefix, StringComparison.Ordinal)
                && userName.EndsWith(client, StringComparison.OrdinalIgnoreCase);
    }
}
