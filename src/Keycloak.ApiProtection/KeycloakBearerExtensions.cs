using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Authorization.Startup;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Configuration.Section;
using Keycloak.ApiProtection.Configuration.Validation;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Notifications;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.TokenCheck;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets an API check Keycloak's access tokens by itself.</summary>
public static class KeycloakBearerExtensions
{
    /// <summary>All that an API needs: authentication with the scheme <c>Keycloak</c>, the policies (<c>scope:email</c>, ...), and the settings of the section <c>Keycloak</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The builder, for further schemes.</returns>
    /// <exception cref="OptionsValidationException">At start, when the settings are wrong or incomplete; the message says which and how to remedy them.</exception>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services) =>
        services.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, configure: null);

    /// <summary>Like <see cref="AddKeycloakBearer(IServiceCollection)"/>, with settings in code; they count more than the section.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <returns>The builder, for further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services, Action<KeycloakBearerOptions> configure) =>
        services.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, configure);

    /// <summary>Like <see cref="AddKeycloakBearer(IServiceCollection)"/>, with the settings of another section.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="section">The section, or a whole configuration whose root is Keycloak's adapter JSON.</param>
    /// <returns>The builder, for further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services, IConfiguration section) =>
        services.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, section);

    /// <summary>Adds a scheme with a name of its own, for an API that trusts several realms. The first one that is added becomes the default.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="authenticationScheme">The scheme's name. The section <c>Keycloak</c> is read for the scheme <c>Keycloak</c> only.</param>
    /// <param name="configure">Sets the settings. Null: the section has them all.</param>
    /// <returns>The builder, for further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(
        this IServiceCollection services,
        string authenticationScheme,
        Action<KeycloakBearerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddAuthenticationWithDefault(authenticationScheme).AddKeycloakBearer(authenticationScheme, configure);
    }

    /// <summary>Adds a scheme with a name and a section of its own, for an API that trusts several realms. The first one that is added becomes the default.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <param name="section">The section, or a whole configuration whose root is Keycloak's adapter JSON.</param>
    /// <returns>The builder, for further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services, string authenticationScheme, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddAuthenticationWithDefault(authenticationScheme).AddKeycloakBearer(authenticationScheme, section);
    }

    /// <summary>Adds the scheme <c>Keycloak</c> beside others, with the section <c>Keycloak</c>. The default scheme stays what it is.</summary>
    /// <param name="builder">What <c>AddAuthentication</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this AuthenticationBuilder builder) =>
        builder.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, configure: null);

    /// <summary>Adds a scheme beside others. The default scheme stays what it is.</summary>
    /// <param name="builder">What <c>AddAuthentication</c> returned.</param>
    /// <param name="authenticationScheme">The scheme's name. The section <c>Keycloak</c> is read for the scheme <c>Keycloak</c> only.</param>
    /// <param name="configure">Sets the settings; they count more than the section. Null: the section has them all.</param>
    /// <returns>The same builder.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(
        this AuthenticationBuilder builder,
        string authenticationScheme,
        Action<KeycloakBearerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (authenticationScheme == KeycloakBearerDefaults.AuthenticationScheme)
        {
            // The host's configuration, where there is one: a test or a tool may do without.
            builder.Services.AddSingleton<IConfigureOptions<KeycloakBearerOptions>>(services =>
                services.GetService<IConfiguration>() is { } configuration
                    ? new KeycloakBearerConfigureOptions(authenticationScheme, configuration.GetSection(KeycloakBearerDefaults.ConfigurationSection))
                    : new ConfigureNamedOptions<KeycloakBearerOptions>(authenticationScheme, null));
        }

        return builder.AddScheme(authenticationScheme, configure);
    }

    /// <summary>Adds a scheme beside others, with a section of its own. The default scheme stays what it is.</summary>
    /// <param name="builder">What <c>AddAuthentication</c> returned.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <param name="section">The section, or a whole configuration whose root is Keycloak's adapter JSON.</param>
    /// <returns>The same builder.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this AuthenticationBuilder builder, string authenticationScheme, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        builder.Services.AddSingleton<IConfigureOptions<KeycloakBearerOptions>>(new KeycloakBearerConfigureOptions(authenticationScheme, section));
        return builder.AddScheme(authenticationScheme, configure: null);
    }

    /// <summary>
    /// Lets the token's issuer choose among the application's Keycloak schemes, wherever no scheme is named: each realm's tokens are then accepted on every
    /// endpoint of the default scheme, and one scheme alone answers a request.
    /// </summary>
    /// <param name="builder">What <c>AddKeycloakBearer</c> returned.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// Adds the scheme <see cref="KeycloakBearerDefaults.IssuerSelectionScheme"/>. It takes the default's place where the default is a Keycloak scheme, or none is set;
    /// another default stays, and policies can name the new scheme. The issuer (RFC 7519 section 4.1.1) is read before the token is verified, and only to choose
    /// who verifies it. A request without a token, with a malformed one or with an unknown issuer goes to the former default, or to the scheme that was added first.
    /// A token that <c>OnMessageReceived</c> brings does not count for the choice.
    /// </remarks>
    public static AuthenticationBuilder SelectKeycloakBearerByIssuer(this AuthenticationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<AuthenticationOptions>().PostConfigure<IEnumerable<KeycloakSchemeName>, IssuerSelection>((options, schemes, selection) =>
        {
            var names = schemes.Select(scheme => scheme.Name).ToArray();
            if (options.DefaultScheme is null || names.Contains(options.DefaultScheme))
            {
                selection.Default = options.DefaultScheme ?? names[0];
                options.DefaultScheme = KeycloakBearerDefaults.IssuerSelectionScheme;
            }
        });
        return builder.AddPolicyScheme(
            KeycloakBearerDefaults.IssuerSelectionScheme,
            displayName: null,
            options => options.ForwardDefaultSelector = context => context.RequestServices.GetRequiredService<IssuerSelection>().Select(context));
    }

    private static AuthenticationBuilder AddAuthenticationWithDefault(this IServiceCollection services, string scheme)
    {
        // Whoever is first, or was named as the default by the application, stays it.
        services.Configure<AuthenticationOptions>(options => options.DefaultScheme ??= scheme);
        return services.AddAuthentication();
    }

    private static AuthenticationBuilder AddScheme(this AuthenticationBuilder builder, string scheme, Action<KeycloakBearerOptions>? configure)
    {
        var services = builder.Services;
        services.AddKeycloakPolicies();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RejectionLog>();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, UnusedSchemeCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<KeycloakBearerOptions>, KeycloakBearerPostConfigureOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KeycloakBearerOptions>, KeycloakBearerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, KeycloakBearerStartup>());
        if (!services.Any(service => service.ServiceType == typeof(KeycloakSchemeName)))
        {
            // With the first scheme only: a second one must not undo what the application has configured in between.
            // Without the factory's loggers: they write four lines for each document, and a stack trace for each failure, beside our one.
            services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
                .ConfigurePrimaryHttpMessageHandler(RealmDocuments.CreateHandler)
                .RemoveAllLoggers();
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, BackchannelRedirects>());
        services.AddKeycloakSchemes(scheme);
        services.AddKeycloakEndpointServices();
        services.TryAddSingleton<TokenCheckAnswer>();
        QuietFramework(services);
        services.AddOptions<KeycloakBearerOptions>(scheme).ValidateOnStart();
        return builder.AddScheme<KeycloakBearerOptions, KeycloakBearerHandler>(scheme, configure);
    }

    /// <summary>
    /// The framework's handler writes a line or two at Information for every request that is refused, as often as strangers like. Ours
    /// says more, once a minute; the framework's lines come back with the log level of this category in the configuration.
    /// </summary>
    private static void QuietFramework(IServiceCollection services) =>
        services.Configure<LoggerFilterOptions>(options =>
        {
            var category = typeof(KeycloakBearerHandler).FullName;
            if (!options.Rules.Any(rule => rule.CategoryName == category))
            {
                options.Rules.Insert(0, new LoggerFilterRule(providerName: null, category, LogLevel.Warning, filter: null));
            }
        });
}
