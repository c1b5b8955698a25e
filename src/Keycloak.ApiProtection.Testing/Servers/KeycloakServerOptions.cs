namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>How a real Keycloak starts.</summary>
public sealed class KeycloakServerOptions
{
    /// <summary>The port of plain HTTP on 127.0.0.1.</summary>
    /// <value>0 by default: any free one. A fixed one lets a server that was stopped come back where it was.</value>
    public int Port { get; set; }

    /// <summary>What the server listens with on <see cref="KeycloakServer.TlsAddress"/>.</summary>
    /// <value>Null by default: no TLS.</value>
    public KeycloakServerTls? Tls { get; set; }

    /// <summary>The file to which the server's output is appended. Its folder must exist.</summary>
    /// <value>Null by default: <c>keycloak-{version}-{port}.log</c> in the folder for temporary files.</value>
    public string? LogFile { get; set; }

    /// <summary>More arguments of <c>kc.sh start --optimized</c>, such as <c>--proxy-headers=xforwarded</c>.</summary>
    /// <value>Empty by default.</value>
    public IList<string> Arguments { get; } = [];

    /// <summary>What is given to the Java machine, Keycloak's <c>JAVA_OPTS_APPEND</c>.</summary>
    /// <value>Null by default: nothing.</value>
    public string? JavaOptions { get; set; }

    /// <summary>How long the server may take until it answers.</summary>
    /// <value>4 minutes by default; 10 to 20 seconds are usual.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(4);
}
