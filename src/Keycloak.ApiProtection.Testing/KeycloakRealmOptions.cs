using Keycloak.ApiProtection.Testing.Keys;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Settings for starting an embedded realm.</summary>
public sealed class KeycloakRealmOptions
{
    /// <summary>The realm export to load: JSON text, or the path of a JSON file.</summary>
    /// <value>
    /// Null by default: the built-in realm <c>demo</c>. The realm reads exports written by Keycloak's console (Realm settings &gt; Action
    /// &gt; Partial export) and by <c>kc.sh export</c>. New keys are created at every start; keys in the export are never used.
    /// </value>
    public string? RealmExport { get; set; }

    /// <summary>
    /// Whether the realm runs without a port. It is then reachable only through <see cref="KeycloakRealm.CreateHandler"/>.
    /// </summary>
    /// <value>False by default: real HTTP on 127.0.0.1.</value>
    public bool InMemory { get; set; }

    /// <summary>The port on 127.0.0.1.</summary>
    /// <value>0 by default: any free port. Ignored if <see cref="InMemory"/> is set.</value>
    public int Port { get; set; }

    /// <summary>
    /// Keycloak's setting <c>hostname</c>: the URL that all tokens and documents contain, regardless of the host in the request.
    /// </summary>
    /// <value>
    /// Null by default: the issuer follows the request's <c>Host</c> header, as in Keycloak without that setting. In
    /// memory, it is <c>http://localhost</c>.
    /// </value>
    public Uri? Hostname { get; set; }

    /// <summary>
    /// The clock of the realm. It is used for <c>iat</c> and <c>exp</c>, for the expiry of sessions, and for delayed responses.
    /// </summary>
    /// <value><see cref="TimeProvider.System"/> by default.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The logger of the realm.</summary>
    /// <value>Null by default: the warning at startup goes to the console's error stream, and nothing else is logged.</value>
    public ILogger? Logger { get; set; }

    /// <summary>The environment of the application that starts the realm: pass <c>builder.Environment.EnvironmentName</c>.</summary>
    /// <value>
    /// Null by default. The environment variables <c>ASPNETCORE_ENVIRONMENT</c> and <c>DOTNET_ENVIRONMENT</c> are checked as well. If any
    /// of the three is <c>Production</c>, the realm does not start. If none of them is set, the realm starts, because tests usually run
    /// that way. An application that is deployed without these variables runs in Production by the host's default, which only the
    /// application knows. Applications should therefore set this property.
    /// </value>
    public string? Environment { get; set; }

    /// <summary>Supplies the key for an algorithm instead of the function that creates a new one. The realm disposes the key.</summary>
    /// <value>
    /// Null by default: every key is new. The tests of this repository start hundreds of realms and supply keys that were created before,
    /// because creating them takes longer than most tests. Users cannot do that, so that no key becomes part of a project.
    /// </value>
    internal Func<string, Func<SigningKey>, SigningKey>? SupplyKey { get; set; }
}
