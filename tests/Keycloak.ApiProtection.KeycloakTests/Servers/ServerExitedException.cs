namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>A server ended before it was ready.</summary>
public sealed class ServerExitedException : Exception
{
    public ServerExitedException()
    {
    }

    public ServerExitedException(string message)
        : base(message)
    {
    }

    public ServerExitedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
