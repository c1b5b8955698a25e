using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing;

/// <summary>How an embedded realm starts.</summary>
public sealed class KeycloakRealmOptions
{
    /// <summary>The realm export to serve: JSON text, or the path of a file that holds it.</summary>
    /// <value>
    /// Null by default: the built-in realm <c>demo</c>. What Keycloak's console (Realm settings &gt; Action &gt; Partial export) and
    /// <c>kc.sh export</c> write can be read; keys are made anew at every start, keys in the export are never used.
    /// </value>
    public string? RealmExport { get; set; }

    /// <summary>Whether the realm works without a port: reachable only through <see cref="KeycloakRealm.CreateHandler"/>.</summary>
    /// <value>False by default: real HTTP on 127.0.0.1.</value>
    public bool InMemory { get; set; }

    /// <summary>The port on 127.0.0.1.</summary>
    /// <value>0 by default: any free one. Not used where <see cref="InMemory"/> is set.</value>
    public int Port { get; set; }

    /// <summary>Keycloak's setting <c>hostname</c>: the URL that all tokens and documents name, whatever host was asked.</summary>
    /// <value>
    /// Null by default: the issuer follows the request's <c>Host</c> header, as in Keycloak without that setting, and in memory it is
    /// <c>http://localhost</c>.
    /// </value>
    public Uri? Hostname { get; set; }

    /// <summary>The clock of the realm: for <c>iat</c> and <c>exp</c>, for the expiry of sessions, and for slow answers.</summary>
    /// <value><see cref="TimeProvider.System"/> by default.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the realm says what it is and does.</summary>
    /// <value>Null by default: the warning at start goes to the console's error stream, and nothing else is said.</value>
    public ILogger? Logger { get; set; }

    /// <summary>The environment of the application that starts the realm: pass <c>builder.Environment.EnvironmentName</c>.</summary>
    /// <value>
    /// Null by default. The variables <c>ASPNETCORE_ENVIRONMENT</c> and <c>DOTNET_ENVIRONMENT</c> are looked at in any case: one
    /// <c>Production</c> among the three is enough, and the realm does not start. Where none is set it starts, because that is how tests run.
    /// But an application that is deployed without these variables is in Production by its host's convention, which only the application
    /// knows: so applications should set this.
    /// </value>
    public string? Environment { get; set; }
}
